public import NIOCore

/// Where a mail server listens: a host and a port, as written in a relay URL.
public struct SMTPEndpoint: Hashable, Sendable, CustomStringConvertible {
    /// A host name, or an IPv4 or IPv6 address without brackets.
    public var host: String
    public var port: Int

    /// The port of SMTP between servers (RFC 5321 §4.5.4.2).
    public static let defaultPort = 25

    public init(host: String, port: Int = defaultPort) {
        self.host = host
        self.port = port
    }

    /// Reads `smtp://HOST[:PORT]`, an IPv6 address in brackets; throws ``SMTPEndpointError`` with a sentence for the operator.
    public init(url: String) throws(SMTPEndpointError) {
        guard let schemeEnd = url.firstRange(of: "://") else {
            throw SMTPEndpointError(url: url, problem: "it has no scheme; write smtp://HOST:PORT")
        }
        switch url[..<schemeEnd.lowerBound].lowercased() {
        case "smtp": break
        case "smtps", "smtp+starttls":
            throw SMTPEndpointError(url: url, problem: "TLS to a relay is not supported yet; use smtp://HOST:PORT")
        case let scheme:
            throw SMTPEndpointError(url: url, problem: "the scheme \(scheme) is not one of mail; use smtp://HOST:PORT")
        }
        var rest = url[schemeEnd.upperBound...]
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard !rest.contains(where: { $0 == "/" || $0 == "?" || $0 == "#" }) else {
            throw SMTPEndpointError(url: url, problem: "nothing may follow the port")
        }
        guard !rest.contains("@") else {
            throw SMTPEndpointError(url: url, problem: "a user name or password is not supported yet")
        }
        let portText: Substring?
        if rest.hasPrefix("[") {
            guard let close = rest.firstIndex(of: "]") else {
                throw SMTPEndpointError(url: url, problem: "the bracket of the IPv6 address is not closed")
            }
            host = String(rest[rest.index(after: rest.startIndex)..<close])
            let tail = rest[rest.index(after: close)...]
            guard tail.isEmpty || tail.hasPrefix(":") else {
                throw SMTPEndpointError(url: url, problem: "only :PORT may follow the bracket")
            }
            portText = tail.isEmpty ? nil : tail.dropFirst()
        } else {
            let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2 else {
                throw SMTPEndpointError(
                    url: url, problem: "an IPv6 address must stand in brackets, as in smtp://[::1]:25")
            }
            host = String(parts[0])
            portText = parts.count == 2 ? parts[1] : nil
        }
        guard !host.isEmpty, !host.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw SMTPEndpointError(url: url, problem: "the host is missing or has a space in it")
        }
        if let portText {
            guard portText.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(portText),
                (1...65535).contains(number)
            else { throw SMTPEndpointError(url: url, problem: "the port must be a number from 1 to 65535") }
            port = number
        } else {
            port = Self.defaultPort
        }
    }

    /// The destination that this URL names.
    public func destination(sourceAddress: SocketAddress? = nil) -> SMTPDestination {
        SMTPDestination(hosts: [SMTPHost(name: host, port: port)], sourceAddress: sourceAddress)
    }

    /// The endpoint as a URL that ``init(url:)`` reads.
    public var description: String { host.contains(":") ? "smtp://[\(host)]:\(port)" : "smtp://\(host):\(port)" }
}

/// Why a text is not the URL of a mail server.
public struct SMTPEndpointError: Error, Hashable, CustomStringConvertible {
    public var url: String
    public var problem: String

    public var description: String { "\"\(url)\" does not name a mail server: \(problem)" }
}
