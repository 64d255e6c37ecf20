extension RedisEndpoint {
    /// What an address may look like, for messages.
    static let supportedForms =
        "redis://[user[:password]@]host[:port][/database], unix:///path/to/redis.sock[?db=number], "
        + "redis-sentinel://host[:port],host…/primary or redis-cluster://host[:port],host…; with TLS rediss instead of redis"

    /// Reads an address as people write it.
    ///
    /// - `redis://[user[:password]@]host[:port][/db]` is one server.
    /// - `unix://[user[:password]@]/path[?db=N]` (also `redis+unix://`) is one server on this machine.
    /// - `redis-sentinel://[user[:password]@]host[:port],host[:port],…/primary[/db]` names the sentinels and the name under
    ///   which they watch the primary. User and password are for the servers; the sentinels' own, if they have any, are
    ///   `?sentineluser=…&sentinelpassword=…`.
    /// - `redis-cluster://[user[:password]@]host[:port],host[:port],…` names some servers of a cluster.
    ///
    /// `rediss`, `rediss-sentinel` and `rediss-cluster` are the same with TLS on every connection, and then take
    /// `?cacert=FILE` (authorities to trust), `cert=FILE&key=FILE` (our certificate), `servername=NAME` (the name in the
    /// server's certificate) and `verify=none` (trust anybody). User, password, path and parameters may be percent-encoded.
    ///
    /// - Throws: `.invalidEndpoint`, never quoting a password.
    public init(parsing url: String) throws(RedisError) {
        guard let mark = url.firstRange(of: "://") else {
            // Quoting the text could give a password away.
            throw RedisError(.invalidEndpoint, "A Redis address looks like \(Self.supportedForms).")
        }
        let scheme = url[..<mark.lowerBound].lowercased()
        let rest = url[mark.upperBound...]
        switch scheme {
        case "redis", "tcp": try self.init(parsingServer: rest, secure: false)
        case "rediss", "redis+tls", "redis+ssl": try self.init(parsingServer: rest, secure: true)
        case "unix", "redis+unix", "redis+socket": try self.init(parsingUnix: rest)
        case "redis-sentinel", "redis+sentinel": try self.init(parsingSentinels: rest, secure: false)
        case "rediss-sentinel", "rediss+sentinel": try self.init(parsingSentinels: rest, secure: true)
        case "redis-cluster", "redis+cluster": try self.init(parsingCluster: rest, secure: false)
        case "rediss-cluster", "rediss+cluster": try self.init(parsingCluster: rest, secure: true)
        default:
            throw RedisError(
                .invalidEndpoint, "\(scheme):// is not a Redis address; it looks like \(Self.supportedForms).")
        }
    }

    private init(parsingServer rest: Substring, secure: Bool) throws(RedisError) {
        let (location, query) = Self.split(rest, at: "?")
        let (authority, path) = Self.split(location, at: "/")
        self.init(address: .cluster([]))
        if secure { tls = RedisTLS() }
        let host = try Self.host(takeCredentials(from: authority), defaultPort: Self.defaultPort)
        address = .tcp(host: host.name, port: host.port)
        if let path, !path.isEmpty { database = try Self.database(path) }
        try takeQuery(query)
    }

    private init(parsingSentinels rest: Substring, secure: Bool) throws(RedisError) {
        let (location, query) = Self.split(rest, at: "?")
        let (authority, path) = Self.split(location, at: "/")
        let (primary, number) = Self.split(path ?? "", at: "/")
        self.init(address: .cluster([]))
        if secure { tls = RedisTLS() }
        let hosts = try Self.hosts(takeCredentials(from: authority), defaultPort: Self.defaultSentinelPort)
        guard !primary.isEmpty else {
            throw RedisError(
                .invalidEndpoint,
                "The address of sentinels ends with the name under which they watch the primary: "
                    + "redis-sentinel://host,host,host/mymaster (\"sentinel monitor\" in sentinel.conf).")
        }
        address = .sentinels(hosts, primary: try Self.decoded(primary))
        if let number, !number.isEmpty { database = try Self.database(number) }
        try takeQuery(query)
    }

    private init(parsingCluster rest: Substring, secure: Bool) throws(RedisError) {
        let (location, query) = Self.split(rest, at: "?")
        let (authority, path) = Self.split(location, at: "/")
        self.init(address: .cluster([]))
        if secure { tls = RedisTLS() }
        address = .cluster(try Self.hosts(takeCredentials(from: authority), defaultPort: Self.defaultPort))
        if let path, !path.isEmpty { database = try Self.database(path) }
        try takeQuery(query)
        guard database == 0 else {
            throw RedisError(.invalidEndpoint, "A Redis cluster has no database but 0; leave the number out.")
        }
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

    private static func hosts(_ places: Substring, defaultPort: Int) throws(RedisError) -> [Host] {
        var hosts: [Host] = []
        for place in places.split(separator: ",") { hosts.append(try host(place, defaultPort: defaultPort)) }
        guard !hosts.isEmpty else { throw noHost }
        return hosts
    }

    private static func host(_ place: Substring, defaultPort: Int) throws(RedisError) -> Host {
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
        guard !host.isEmpty else { throw noHost }
        guard !tail.isEmpty else { return Host(String(host), port: defaultPort) }
        guard tail.first == ":", let port = Int(tail.dropFirst()), (1...65_535).contains(port) else {
            throw RedisError(.invalidEndpoint, "The port in the Redis address is not a number from 1 to 65535.")
        }
        return Host(String(host), port: port)
    }

    private static var noHost: RedisError {
        RedisError(.invalidEndpoint, "The Redis address names no host; it looks like \(supportedForms).")
    }

    static func database(_ text: Substring) throws(RedisError) -> Int {
        guard let number = Int(text), number >= 0 else {
            throw RedisError(
                .invalidEndpoint, "\"\(text)\" is not a database number; it is 0 or more, usually up to 15.")
        }
        return number
    }

    static func split(_ text: Substring, at mark: Character) -> (Substring, Substring?) {
        guard let index = text.firstIndex(of: mark) else { return (text, nil) }
        return (text[..<index], text[text.index(after: index)...])
    }

    static func decoded(_ text: Substring) throws(RedisError) -> String {
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
