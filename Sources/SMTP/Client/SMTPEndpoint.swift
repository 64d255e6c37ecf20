public import NIOCore

/// Where a mail server listens, as written in a relay URL: whom to call, by which protocol, as which user.
public struct SMTPEndpoint: Hashable, Sendable, CustomStringConvertible {
    /// What a URL begins with.
    public enum Scheme: String, Hashable, Sendable, CaseIterable {
        /// SMTP, with STARTTLS where it is offered.
        case smtp
        /// SMTP under TLS from the first byte on (RFC 8314 §3.3).
        case smtps
        /// SMTP with STARTTLS, or no mail.
        case starttls = "smtp+starttls"
        /// LMTP (RFC 2033), over TCP or a unix socket.
        case lmtp

        /// The port where none is named.
        public var port: Int {
            switch self {
            case .smtp: SMTPEndpoint.defaultPort
            case .smtps: 465
            case .starttls: 587
            case .lmtp: 24
            }
        }
    }

    public var scheme: Scheme
    /// A host name, an IPv4 or IPv6 address without brackets, or the path of a unix socket.
    public var host: String
    public var port: Int
    /// Who logs in there, or `nil` when nobody does.
    public var user: String?
    /// Whether the secret of the login is an OAuth 2 access token (XOAUTH2) and not a password.
    public var usesToken: Bool

    /// The port of SMTP between servers (RFC 5321 §4.5.4.2).
    public static let defaultPort = 25

    public init(
        scheme: Scheme = .smtp, host: String, port: Int? = nil, user: String? = nil, usesToken: Bool = false
    ) {
        self.scheme = scheme
        self.host = host
        self.port = port ?? scheme.port
        self.user = user
        self.usesToken = usesToken
    }

    /// Whether the host is the path of a unix socket.
    public var isUnixSocket: Bool { host.hasPrefix("/") }

    /// The endpoint as a URL that ``init(url:)`` reads; there is no secret in it.
    public var url: String { text(withUser: true) }

    /// The URL without the user, for logs.
    public var description: String { text(withUser: false) }

    private func text(withUser: Bool) -> String {
        if isUnixSocket { return "\(scheme.rawValue)://\(host)" }
        var login = ""
        if withUser, let user { login = Self.encoded(user) + (usesToken ? ";AUTH=XOAUTH2" : "") + "@" }
        return "\(scheme.rawValue)://\(login)\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    /// Percent-encodes all but what stands for itself (RFC 3986 §2.3).
    private static func encoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            let scalar = UnicodeScalar(byte)
            if byte < 0x80,
                scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                    || "-._~".unicodeScalars.contains(scalar)
            {
                encoded.unicodeScalars.append(scalar)
            } else {
                encoded += (byte < 0x10 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }
}

// MARK: The destination

extension SMTPEndpoint {
    /// The destination that this URL names.
    ///
    /// - Parameters:
    ///   - secret: the password or token of the user; without it nobody logs in.
    ///   - trust: whose signatures on the server's certificate count.
    ///   - verifies: whether the certificate must be good and for the host; it is looked at where TLS is not optional.
    ///   - sourceAddress: the local address that connections come from.
    public func destination(
        secret: String? = nil, trust: SMTPTrust = .system, verifies: Bool = true, sourceAddress: SocketAddress? = nil
    ) -> SMTPDestination {
        let check = verifies ? SMTPCertificateCheck.names([host], trust: trust) : .none
        var host = SMTPHost(name: host, port: port)
        host.transport = scheme == .lmtp ? .lmtp : .smtp
        switch scheme {
        case .smtp: host.security = .opportunistic
        case .lmtp: host.security = isUnixSocket ? .none : .opportunistic
        case .smtps: host.security = .implicit(check)
        case .starttls: host.security = .required(check)
        }
        // A path that is too long for a socket's address is left to fail as a name.
        if isUnixSocket { host.addresses = (try? SocketAddress(unixDomainSocketPath: host.name)).map { [$0] } }
        if let user, let secret {
            host.credentials =
                usesToken
                ? SMTPCredentials(user: user, accessToken: secret) : SMTPCredentials(user: user, password: secret)
        }
        return SMTPDestination(hosts: [host], sourceAddress: sourceAddress)
    }
}
