/// Which reports about a message's delivery are asked of the servers (RFC 3461), where they announce DSN.
public struct SMTPNotifications: Hashable, Sendable {
    /// When a report is to be sent (RFC 3461 §4.1).
    public struct Occasions: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8

        public static let success = Self(rawValue: 1)
        public static let failure = Self(rawValue: 2)
        public static let delay = Self(rawValue: 4)

        public init(rawValue: UInt8) { self.rawValue = rawValue }
    }

    /// How much of the message a report of failure brings back (RFC 3461 §4.3).
    public enum Returned: Hashable, Sendable {
        case full, headers
    }

    /// Our own mark of the message, which reports bring back (RFC 3461 §4.4); printable ASCII, at most 100 characters as xtext.
    public var envelopeID: String?
    /// The address that the message was first meant for (RFC 3461 §4.2).
    public var originalRecipient: String?
    /// `nil` leaves it to the server, and none at all says NEVER.
    public var notify: Occasions?
    public var returned: Returned?

    public init(
        envelopeID: String? = nil, originalRecipient: String? = nil, notify: Occasions? = nil,
        returned: Returned? = nil
    ) {
        self.envelopeID = envelopeID
        self.originalRecipient = originalRecipient
        self.notify = notify
        self.returned = returned
    }
}
