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
    /// How long a client may be silent, and take for one command (RFC 5321 §4.5.3.2.7).
    public var idleTimeout: TimeAmount = .minutes(5)
    /// How long a connection may last, however busy it is; `nil` sets no limit.
    ///
    /// A message that is being decided is decided first.
    public var sessionTimeout: TimeAmount?
    /// How many connections may be open at once, on each address that is listened on; others are told 421 and closed.
    public var maximumConnections: Int = .max
    /// How many of these one client's address may have; others of it are told 421 and closed.
    ///
    /// Programs of this machine, which mail servers are that hand mail over, may have as many as there are.
    public var maximumConnectionsPerClient: Int = .max
    /// How many commands that are wrong a client may send; then it hears 421.
    public var maximumErrors: Int = .max
    /// How long a connection that was closed from our side still takes and discards what the client sends.
    public var lingerTimeout: TimeAmount = .seconds(5)
    /// Keywords that are not announced although the server knows them, in capitals: `PIPELINING`, `CHUNKING`, `SIZE`, `DSN` ….
    ///
    /// Pipelined commands are understood either way.
    public var withheld: Set<String> = []
    /// How connections are secured; `nil` leaves them in clear.
    public var tls: SMTPServerTLS?
    /// Whether a user has this password; where it is set, nobody may send without AUTH PLAIN or LOGIN (RFC 4954).
    ///
    /// Called on the connection's event loop. With ``tls`` a login is taken only under TLS.
    public var login: (@Sendable (_ user: String, _ password: String) -> Bool)?
    /// Speak LMTP (RFC 2033): LHLO, and one reply to the message for every recipient.
    public var isLMTP: Bool = false

    /// Whether CHUNKING and BDAT (RFC 3030) are offered.
    public var offersChunking: Bool {
        get { !withheld.contains("CHUNKING") }
        set { if newValue { withheld.remove("CHUNKING") } else { withheld.insert("CHUNKING") } }
    }

    /// Whether PIPELINING (RFC 2920) is announced.
    public var offersPipelining: Bool {
        get { !withheld.contains("PIPELINING") }
        set { if newValue { withheld.remove("PIPELINING") } else { withheld.insert("PIPELINING") } }
    }

    public init(hostName: String) {
        self.hostName = hostName
    }
}
