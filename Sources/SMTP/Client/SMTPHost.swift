public import NIOCore

/// One server that a pool may connect to.
public struct SMTPHost: Hashable, Sendable {
    /// The protocol that the server speaks.
    public enum Transport: Hashable, Sendable {
        case smtp
        /// LMTP (RFC 2033): LHLO for EHLO, and an answer of its own for every recipient.
        case lmtp
    }

    /// For SNI, for the look at the certificate and for logs; a host name, or an IP address without brackets.
    public var name: String
    /// Where it is, in the order of trial, unix sockets included; `nil` lets the system resolve the name.
    public var addresses: [SocketAddress]?
    /// Used only where the system resolves the name.
    public var port: Int
    public var transport: Transport
    public var security: SMTPSecurity
    /// Our login there, or `nil` when none is asked of us.
    public var credentials: SMTPCredentials?

    public init(
        name: String, addresses: [SocketAddress]? = nil, port: Int = SMTPEndpoint.defaultPort,
        transport: Transport = .smtp, security: SMTPSecurity = .none, credentials: SMTPCredentials? = nil
    ) {
        self.name = name
        self.addresses = addresses
        self.port = port
        self.transport = transport
        self.security = security
        self.credentials = credentials
    }
}
