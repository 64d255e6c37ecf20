/// One message for one recipient, ready to be sent.
public struct OutgoingMessage: Sendable, Hashable {
    /// The owner's own mark, given back with the result and never looked at.
    public var token: UInt64
    /// The reverse path that goes into MAIL FROM, without angle brackets; empty for the null reverse path.
    public var sender: String
    /// The forward path that goes into RCPT TO, without angle brackets.
    public var recipient: String
    /// Header and body with CRLF line ends, not dot-stuffed, ending in CRLF.
    public var content: [UInt8]
    /// Whether an address or a header is UTF-8, so that the server must announce SMTPUTF8 (RFC 6531).
    public var needsSMTPUTF8: Bool

    /// Whether it is to have the connection for itself until it is answered, so that what it may bring about strikes no other.
    public var goesAlone: Bool
    /// Which reports about its delivery are asked for, where the server announces DSN (RFC 3461).
    public var notifications: SMTPNotifications?
    /// Whether every server on its way must take it by TLS and prove who it is (RFC 8689).
    public var requiresTLS: Bool

    public init(
        token: UInt64, sender: String, recipient: String, content: [UInt8], needsSMTPUTF8: Bool = false,
        goesAlone: Bool = false, notifications: SMTPNotifications? = nil, requiresTLS: Bool = false
    ) {
        self.token = token
        self.sender = sender
        self.recipient = recipient
        self.content = content
        self.needsSMTPUTF8 = needsSMTPUTF8
        self.goesAlone = goesAlone
        self.notifications = notifications
        self.requiresTLS = requiresTLS
    }
}
