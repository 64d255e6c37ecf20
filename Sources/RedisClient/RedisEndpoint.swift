/// Where a Redis server is, and who we are to it.
///
/// `description` is a URL without the password, fit for logs and messages.
public struct RedisEndpoint: Sendable, Hashable, CustomStringConvertible {
    /// The two ways to reach a server on its own.
    public enum Address: Sendable, Hashable {
        case tcp(host: String, port: Int)
        case unixSocket(path: String)
    }

    public static let defaultPort = 6379

    public var address: Address
    /// The ACL user; nil means Redis' user `default`.
    public var username: String?
    public var password: String?
    /// The database number.
    public var database: Int

    public init(address: Address, username: String? = nil, password: String? = nil, database: Int = 0) {
        self.address = address
        self.username = username
        self.password = password
        self.database = database
    }

    public init(host: String, port: Int = RedisEndpoint.defaultPort) {
        self.init(address: .tcp(host: host, port: port))
    }

    public init(unixSocketPath: String) {
        self.init(address: .unixSocket(path: unixSocketPath))
    }

    public var description: String {
        let user = username.map { "\($0)@" } ?? ""
        switch address {
        case .tcp(let host, let port):
            let name = host.contains(":") ? "[\(host)]" : host
            return "redis://\(user)\(name):\(port)" + (database == 0 ? "" : "/\(database)")
        case .unixSocket(let path):
            return "unix://\(user)\(path)" + (database == 0 ? "" : "?db=\(database)")
        }
    }
}

extension RedisEndpoint: CustomReflectable {
    /// Keeps the password out of dumps.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
