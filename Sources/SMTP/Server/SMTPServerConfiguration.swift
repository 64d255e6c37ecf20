public import NIOCore

/// How an SMTP server presents itself and what it allows.
public struct SMTPServerConfiguration: Sendable {
    /// The server's own domain name, said in the greeting and the reply to EHLO.
    public var hostName: String
    /// The words after the name in the greeting.
    public var greeting: String = "ESMTP Postrider"
    /// The largest message in bytes; announced with SIZE (RFC 1870).
    public var maximumMessageSize: Int = 50 * 1024 * 1024
    /// The longest command line in bytes, its line end included.
    ///
    /// RFC 5321 §4.5.3.1.4 asks for 512, RFC 6531 for more.
    public var maximumLineLength: Int = 4096
    /// How many recipients a transaction may have (RFC 5321 §4.5.3.1.8 asks for 100 at least).
    public var maximumRecipients: Int = 1000
    /// How long a client may be silent (RFC 5321 §4.5.3.2.7).
    public var idleTimeout: TimeAmount = .minutes(5)
    /// How long a connection that was closed from our side still takes and discards what the client sends.
    public var lingerTimeout: TimeAmount = .seconds(5)
    /// Whether CHUNKING and BDAT (RFC 3030) are offered.
    public var offersChunking: Bool = true
    /// Whether PIPELINING (RFC 2920) is announced; pipelined commands are understood either way.
    public var offersPipelining: Bool = true

    public init(hostName: String) {
        self.hostName = hostName
    }
}
