/// Reasons that only reports give: bounce messages, complaints, and what providers tell.
extension Reason {
    /// Another server still tries to deliver the message.
    public static let delayed = Reason(rawValue: "delayed")
    /// A report confirms that the message has arrived.
    public static let delivered = Reason(rawValue: "delivered")
    /// A report confirms that the message went on to a server without reports, or to a list.
    public static let relayed = Reason(rawValue: "relayed")
    public static let expanded = Reason(rawValue: "expanded")
    /// Nobody wrote it: an absence notice and the like.
    public static let automaticReply = Reason(rawValue: "automatic_reply")
    /// A feedback report that is no complaint.
    public static let otherFeedback = Reason(rawValue: "other_feedback")
    /// A provider says that the address is bad, and not why.
    public static let hardBounce = Reason(rawValue: "hard_bounce")
    /// A provider sent nothing, since the address is on a list of its own; the outcome says what put it there.
    public static let providerSuppressed = Reason(rawValue: "provider_suppressed")
}
