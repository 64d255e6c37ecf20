/// One contact to be delivered to in one mailing: what the queue carries and a worker claims.
public struct DeliveryJob: Hashable, Sendable {
    /// What names a delivery everywhere: the mailing and the contact's place in its audience.
    public struct ID: Hashable, Sendable, CustomStringConvertible {
        public var mailing: MailingID
        /// The contact's place in the mailing's audience, from 0.
        public var ordinal: UInt32

        public init(mailing: MailingID, ordinal: UInt32) {
            self.mailing = mailing
            self.ordinal = ordinal
        }

        public var description: String { "\(mailing):\(ordinal)" }
    }

    public var id: ID
    /// How many attempts ended with a reply or a failure before this one.
    public var attempts: UInt16
    /// How many of those were soft bounces.
    public var strikes: UInt8
    /// When the first attempt began, or `nil` before it.
    public var firstAttempt: UnixTime?
    /// Whether an earlier attempt ended without an answer, so that the message may have been accepted already.
    public var isInDoubt: Bool
    /// The recipient's address in the form that goes into RCPT TO.
    public var address: String
    /// The merge fields that the mailing's message uses, in the message's own order.
    public var fields: [String]

    public init(
        id: ID, attempts: UInt16 = 0, strikes: UInt8 = 0, firstAttempt: UnixTime? = nil, isInDoubt: Bool = false,
        address: String,
        fields: [String]
    ) {
        self.id = id
        self.attempts = attempts
        self.strikes = strikes
        self.firstAttempt = firstAttempt
        self.isInDoubt = isInDoubt
        self.address = address
        self.fields = fields
    }
}
