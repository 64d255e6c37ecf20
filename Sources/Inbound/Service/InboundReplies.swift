internal import Delivery

/// What the receiving service says to its clients.
enum InboundReplies {
    /// Forged, or made with a key that is gone.
    static let unknownAddress = reply(550, 5, 1, 1, "No such address here")
    static let foreignDomain = reply(550, 5, 7, 1, "Mail for this domain is not taken here")
    /// The event may not be in Redis: the sender keeps the message and tries again.
    static let notSafe = reply(451, 4, 3, 0, "The message cannot be kept now, try again later")
    static let enoughMessages = reply(421, 4, 7, 0, "Enough messages for one connection, open another")
    static let tooManyStrangers = reply(421, 4, 7, 0, "Too many addresses that are not here")

    private static func reply(
        _ code: UInt16, _ statusClass: UInt8, _ subject: UInt16, _ detail: UInt16, _ text: String
    ) -> SMTPReply {
        SMTPReply(code: code, enhancedStatus: EnhancedStatusCode(statusClass, subject, detail), text: text)
    }
}
