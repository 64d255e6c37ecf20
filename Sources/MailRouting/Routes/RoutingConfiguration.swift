/// How routes are found.
public struct RoutingConfiguration: Sendable {
    /// What the configuration says itself, before anybody is asked.
    public var table: RoutingTable
    public var resolver: DNSResolverConfiguration
    /// Our own host names: where one of them stands in a domain's MX list, only what is preferred to it is tried.
    public var ownNames: Set<String>
    /// Where receiving servers listen.
    public var port: Int
    public var addressPreference: AddressPreference
    /// Whether mail may go to this machine itself (127.0.0.1, ::1 and their like) because somebody's DNS says so; tests
    /// and trials need it.
    public var allowsLoopback: Bool
    /// How many hosts of a domain are tried, the most preferred ones.
    public var hostLimit: Int
    /// How many addresses of a host are tried.
    public var addressLimit: Int
    /// Whether TLSA records are looked for (RFC 7672); without a trust anchor there are none.
    public var usesDANE: Bool
    /// How policies are fetched (RFC 8461); `nil` does without them.
    public var mtaSTS: MTASTSConfiguration?
    /// How many answers about domains, and how many about hosts, are kept.
    public var cacheCapacity: Int
    /// For how long an answer is kept at least and at most, whatever the DNS says.
    public var cacheTimes: ClosedRange<Duration>
    /// For how long it is remembered that nothing could be found out.
    public var failureTime: Duration

    public init(
        table: RoutingTable = RoutingTable(), resolver: DNSResolverConfiguration = DNSResolverConfiguration(),
        ownNames: Set<String> = [], port: Int = 25, addressPreference: AddressPreference = .ipv4First,
        allowsLoopback: Bool = false, hostLimit: Int = 8, addressLimit: Int = 4, usesDANE: Bool = true,
        mtaSTS: MTASTSConfiguration? = MTASTSConfiguration(), cacheCapacity: Int = 100_000,
        cacheTimes: ClosedRange<Duration> = .seconds(30) ... .seconds(86_400), failureTime: Duration = .seconds(30)
    ) {
        self.table = table
        self.resolver = resolver
        self.ownNames = ownNames
        self.port = port
        self.addressPreference = addressPreference
        self.allowsLoopback = allowsLoopback
        self.hostLimit = hostLimit
        self.addressLimit = addressLimit
        self.usesDANE = usesDANE
        self.mtaSTS = mtaSTS
        self.cacheCapacity = cacheCapacity
        self.cacheTimes = cacheTimes
        self.failureTime = failureTime
    }
}

/// How the policies of domains are fetched and kept (RFC 8461 §3.3).
public struct MTASTSConfiguration: Sendable, Hashable {
    /// Where policies outlive this process; `nil` keeps them in memory only.
    public var directory: String?
    /// A file with certificates of authorities that are trusted besides those of the system.
    public var certificateAuthorityFile: String?
    /// The port of the web servers.
    public var port: Int
    /// How long one fetch may take.
    public var timeout: Duration
    /// How many bytes a policy may have.
    public var sizeLimit: Int

    public init(
        directory: String? = nil, certificateAuthorityFile: String? = nil, port: Int = 443,
        timeout: Duration = .seconds(20), sizeLimit: Int = 64 * 1024
    ) {
        self.directory = directory
        self.certificateAuthorityFile = certificateAuthorityFile
        self.port = port
        self.timeout = timeout
        self.sizeLimit = sizeLimit
    }
}
