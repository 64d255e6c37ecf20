/// Where Redis is, how it is run, and who we are to it.
///
/// `description` is a URL without the passwords, fit for logs and messages.
public struct RedisEndpoint: Sendable, Hashable, CustomStringConvertible {
    /// The ways in which Redis is run, and where it is then found.
    public enum Address: Sendable, Hashable {
        /// One server.
        case tcp(host: String, port: Int)
        /// One server on this machine.
        case unixSocket(path: String)
        /// A primary with replicas; the sentinels know which server is the primary of this name.
        case sentinels([Host], primary: String)
        /// A cluster; some of its servers, which know the others.
        case cluster([Host])
    }

    /// One server of several.
    public struct Host: Sendable, Hashable, CustomStringConvertible {
        public var name: String
        public var port: Int

        public init(_ name: String, port: Int) {
            self.name = name
            self.port = port
        }

        /// `host:port`, an IPv6 address in brackets.
        public var description: String { name.contains(":") ? "[\(name)]:\(port)" : "\(name):\(port)" }
    }

    public static let defaultPort = 6379
    public static let defaultSentinelPort = 26_379

    public var address: Address
    /// The ACL user; nil means Redis' user `default`.
    public var username: String?
    public var password: String?
    /// The database number; a cluster has only 0.
    public var database: Int
    /// The ACL user at the sentinels, if they demand a login.
    public var sentinelUsername: String?
    /// The password at the sentinels, which is not that of the servers.
    public var sentinelPassword: String?
    /// How connections are secured, to the sentinels too; nil means not at all.
    public var tls: RedisTLS?

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

    /// Whether keys are spread over several servers by their hash slots.
    public var isCluster: Bool {
        if case .cluster = address { true } else { false }
    }

    public var description: String {
        let secure = tls == nil ? "redis" : "rediss"
        let user = username.map { "\($0)@" } ?? ""
        let suffix = database == 0 ? "" : "/\(database)"
        return switch address {
        case .tcp(let host, let port): "\(secure)://\(user)\(Host(host, port: port))\(suffix)"
        case .unixSocket(let path): "unix://\(user)\(path)" + (database == 0 ? "" : "?db=\(database)")
        case .sentinels(let hosts, let primary): "\(secure)-sentinel://\(user)\(Self.list(hosts))/\(primary)\(suffix)"
        case .cluster(let hosts): "\(secure)-cluster://\(user)\(Self.list(hosts))"
        }
    }

    private static func list(_ hosts: [Host]) -> String { hosts.map(\.description).joined(separator: ",") }
}

extension RedisEndpoint {
    /// One server of this deployment, with the same login.
    func server(_ host: Host) -> RedisEndpoint {
        var endpoint = self
        endpoint.address = .tcp(host: host.name, port: host.port)
        return endpoint
    }

    /// One sentinel of this deployment, with the sentinels' own login.
    func sentinel(_ host: Host) -> RedisEndpoint {
        var endpoint = server(host)
        endpoint.username = sentinelUsername
        endpoint.password = sentinelPassword
        endpoint.database = 0
        return endpoint
    }

    /// The address of a single server in short: `host:port`, or the path of its socket.
    var shortName: String {
        switch address {
        case .tcp(let host, let port): "\(Host(host, port: port))"
        case .unixSocket(let path): path
        case .sentinels, .cluster: description
        }
    }
}

extension RedisEndpoint: CustomReflectable {
    /// Keeps the passwords out of dumps.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
