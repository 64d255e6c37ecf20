/// What a message without a token says about whom it concerns, the most believable first.
///
/// A delivery is looked for by each in turn, and never guessed: a clue that fits several deliveries finds none. All of it may be forged by
/// whoever may write to us.
public struct InboundClues: Hashable, Sendable {
    /// The Message-ID of the message that came back, without brackets.
    public var messageID: String?
    /// The recipient that we gave (ORCPT, RFC 3461 §4.2).
    public var originalRecipient: String?
    /// The recipient as the reporting server names it.
    public var recipient: String?
    /// Whom the message that came back was sent to, as its own header says; of use beside its Message-ID alone.
    public var returnedRecipient: String?

    public init(
        messageID: String? = nil, originalRecipient: String? = nil, recipient: String? = nil,
        returnedRecipient: String? = nil
    ) {
        self.messageID = messageID
        self.originalRecipient = originalRecipient
        self.recipient = recipient
        self.returnedRecipient = returnedRecipient
    }
}
