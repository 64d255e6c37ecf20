extension RedisEndpoint {
    /// What an address may look like, for messages.
    static let supportedForms =
        "redis://[user[:password]@]host[:port][/database] or unix:///path/to/redis.sock[?db=number]"

    /// Reads an address as people write it.
    ///
    /// Understood are `redis://[user[:password]@]host[:port][/db]`, and `unix://` or `redis+unix://` with
    /// `[user[:password]@]/path[?db=N]`. User, password and path may be percent-encoded.
    ///
    /// - Throws: `.unsupported` for TLS, Sentinel and Cluster, else `.invalidEndpoint`; never quoting a password.
    public init(parsing url: String) throws(RedisError) {
        guard let mark = url.firstRange(of: "://") else {
            // Quoting the text could give a password away.
            throw RedisError(.invalidEndpoint, "A Redis address looks like \(Self.supportedForms).")
        }
        let scheme = url[..<mark.lowerBound].lowercased()
        let rest = url[mark.upperBound...]
        switch scheme {
        case "redis", "tcp":
            try self.init(parsingTCP: rest)
        case "unix", "redis+unix", "redis+socket":
            try self.init(parsingUnix: rest)
        case "rediss", "redis+tls", "redis+ssl", "redis+sentinel", "redis-sentinel", "sentinel", "redis+cluster",
            "redis-cluster", "cluster":
            throw RedisError(
                .unsupported,
                "\(scheme):// (TLS, Sentinel or Cluster) is not supported yet, it comes later. Supported today: "
                    + "\(Self.supportedForms).")
        default:
            throw RedisError(
                .invalidEndpoint, "\(scheme):// is not a Redis address; it looks like \(Self.supportedForms).")
        }
    }

    private init(parsingTCP rest: Substring) throws(RedisError) {
        let (location, query) = Self.split(rest, at: "?")
        let (authority, path) = Self.split(location, at: "/")
        self.init(address: .tcp(host: "", port: Self.defaultPort))
        let place = try takeCredentials(from: authority)
        let (host, port) = try Self.hostAndPort(place)
        address = .tcp(host: host, port: port)
        if let path, !path.isEmpty { database = try Self.database(path) }
        try takeQuery(query)
    }

    private init(parsingUnix rest: Substring) throws(RedisError) {
        let (location, query) = Self.split(rest, at: "?")
        let start = location.firstIndex(of: "/") ?? location.endIndex
        self.init(unixSocketPath: "")
        let host = try takeCredentials(from: location[..<start])
        let path = try Self.decoded(location[start...])
        guard host.isEmpty, path.count > 1 else {
            throw RedisError(
                .invalidEndpoint,
                "A unix socket's address needs three slashes and an absolute path: unix:///path/to/redis.sock.")
        }
        address = .unixSocket(path: path)
        try takeQuery(query)
    }

    /// Takes `user[:password]@` off the front; the last `@` counts, so that a password may hold one.
    private mutating func takeCredentials(from authority: Substring) throws(RedisError) -> Substring {
        guard let mark = authority.lastIndex(of: "@") else { return authority }
        let (user, secret) = Self.split(authority[..<mark], at: ":")
        username = user.isEmpty ? nil : try Self.decoded(user)
        if let secret, !secret.isEmpty { password = try Self.decoded(secret) }
        return authority[authority.index(after: mark)...]
    }

    private mutating func takeQuery(_ query: Substring?) throws(RedisError) {
        for item in (query ?? "").split(separator: "&") {
            let (name, value) = Self.split(item, at: "=")
            guard name == "db" || name == "database", let value else {
                throw RedisError(
                    .invalidEndpoint, "A Redis address knows only the parameter db=number, not \"\(name)\".")
            }
            database = try Self.database(value)
        }
    }

    private static func hostAndPort(_ place: Substring) throws(RedisError) -> (String, Int) {
        let host: Substring
        let tail: Substring
        if place.hasPrefix("["), let end = place.firstIndex(of: "]") {
            host = place[place.index(after: place.startIndex)..<end]
            tail = place[place.index(after: end)...]
        } else {
            let colon = place.firstIndex(of: ":") ?? place.endIndex
            host = place[..<colon]
            tail = place[colon...]
        }
        guard !host.isEmpty else {
            throw RedisError(.invalidEndpoint, "The Redis address names no host; it looks like \(supportedForms).")
        }
        guard !tail.isEmpty else { return (String(host), defaultPort) }
        guard tail.first == ":", let port = Int(tail.dropFirst()), (1...65_535).contains(port) else {
            throw RedisError(.invalidEndpoint, "The port in the Redis address is not a number from 1 to 65535.")
        }
        return (String(host), port)
    }

    private static func database(_ text: Substring) throws(RedisError) -> Int {
        guard let number = Int(text), number >= 0 else {
            throw RedisError(
                .invalidEndpoint, "\"\(text)\" is not a database number; it is 0 or more, usually up to 15.")
        }
        return number
    }

    private static func split(_ text: Substring, at mark: Character) -> (Substring, Substring?) {
        guard let index = text.firstIndex(of: mark) else { return (text, nil) }
        return (text[..<index], text[text.index(after: index)...])
    }

    private static func decoded(_ text: Substring) throws(RedisError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2).map { Character(UnicodeScalar($0)).hexDigitValue }
            guard digits.count == 2, let high = digits[0], let low = digits[1] else {
                throw RedisError(
                    .invalidEndpoint,
                    "A percent sign in a Redis address begins an escape of two hexadecimal digits; write a plain one as %25."
                )
            }
            rest = rest.dropFirst(2)
            bytes.append(UInt8(high << 4 | low))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
