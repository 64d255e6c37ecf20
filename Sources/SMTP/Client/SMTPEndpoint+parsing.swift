extension SMTPEndpoint {
    private static let schemes = Scheme.allCases.map { "\($0.rawValue)://" }.joined(separator: ", ")

    /// Reads `SCHEME://[USER@]HOST[:PORT]`, an IPv6 address in brackets, or `lmtp:///PATH`; `USER;AUTH=XOAUTH2` logs in by token.
    ///
    /// - Throws: ``SMTPEndpointError`` with a sentence for the operator, which does not repeat a password.
    public init(url: String) throws(SMTPEndpointError) {
        guard let schemeEnd = url.firstRange(of: "://") else {
            throw SMTPEndpointError(url: url, problem: "it has no scheme; write smtp://HOST:PORT")
        }
        let name = url[..<schemeEnd.lowerBound].lowercased()
        guard let scheme = Scheme(rawValue: name) else {
            throw SMTPEndpointError(
                url: Self.withoutLogin(url), problem: "the scheme \(name) is not one of mail; there are \(Self.schemes)"
            )
        }
        var rest = url[schemeEnd.upperBound...]
        if scheme == .lmtp, rest.hasPrefix("/") {
            self.init(scheme: scheme, host: String(rest))
            return
        }
        let login = try Self.login(&rest, url)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard !rest.contains(where: { $0 == "/" || $0 == "?" || $0 == "#" }) else {
            throw SMTPEndpointError(url: url, problem: "nothing may follow the port")
        }
        let (host, portText) = try Self.hostAndPort(rest, url)
        guard !host.isEmpty, !host.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw SMTPEndpointError(url: url, problem: "the host is missing or has a space in it")
        }
        self.init(
            scheme: scheme, host: host,
            port: try portText.map { text throws(SMTPEndpointError) in
                try Self.port(text, url)
            }, user: login?.user, usesToken: login?.usesToken ?? false)
    }

    /// Takes the user off the front.
    private static func login(
        _ rest: inout Substring, _ url: String
    ) throws(SMTPEndpointError) -> (user: String, usesToken: Bool)? {
        guard let at = rest.lastIndex(of: "@") else { return nil }
        var text = rest[..<at]
        rest = rest[rest.index(after: at)...]
        guard !text.contains(":") else {
            throw SMTPEndpointError(
                url: withoutLogin(url),
                problem: "a password does not belong in a URL, where others can read it; name a file that holds it")
        }
        var usesToken = false
        if let semicolon = text.lastIndex(of: ";") {
            guard text[semicolon...].uppercased() == ";AUTH=XOAUTH2" else {
                throw SMTPEndpointError(url: url, problem: "after the user only ;AUTH=XOAUTH2 may stand")
            }
            usesToken = true
            text = text[..<semicolon]
        }
        guard let user = decoded(text), !user.isEmpty, !user.utf8.contains(0) else {
            throw SMTPEndpointError(url: url, problem: "the user's name is empty or badly encoded")
        }
        return (user, usesToken)
    }

    private static func hostAndPort(
        _ text: Substring, _ url: String
    ) throws(SMTPEndpointError) -> (host: String, port: Substring?) {
        guard text.hasPrefix("[") else {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2 else {
                throw SMTPEndpointError(
                    url: url, problem: "an IPv6 address must stand in brackets, as in smtp://[::1]:25")
            }
            return (String(parts[0]), parts.count == 2 ? parts[1] : nil)
        }
        guard let close = text.firstIndex(of: "]") else {
            throw SMTPEndpointError(url: url, problem: "the bracket of the IPv6 address is not closed")
        }
        let tail = text[text.index(after: close)...]
        guard tail.isEmpty || tail.hasPrefix(":") else {
            throw SMTPEndpointError(url: url, problem: "only :PORT may follow the bracket")
        }
        return (String(text[text.index(after: text.startIndex)..<close]), tail.isEmpty ? nil : tail.dropFirst())
    }

    private static func port(_ text: Substring, _ url: String) throws(SMTPEndpointError) -> Int {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text), (1...65535).contains(number)
        else { throw SMTPEndpointError(url: url, problem: "the port must be a number from 1 to 65535") }
        return number
    }

    /// Undoes percent-encoding; `nil` where it is broken.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(Substring(rest.prefix(2)), radix: 16) else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The URL as it may be shown although a password is in it.
    private static func withoutLogin(_ url: String) -> String {
        guard let start = url.firstRange(of: "://"), let at = url.lastIndex(of: "@"), start.upperBound <= at else {
            return url
        }
        return "\(url[..<start.upperBound])…\(url[at...])"
    }
}

/// Why a text is not the URL of a mail server.
public struct SMTPEndpointError: Error, Hashable, CustomStringConvertible {
    public var url: String
    public var problem: String

    public var description: String { "\"\(url)\" does not name a mail server: \(problem)" }
}
