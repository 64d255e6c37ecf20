/// How questions to the DNS are answered.
public struct DNSResolverConfiguration: Sendable, Hashable {
    /// Who is asked.
    public enum Servers: Sendable, Hashable {
        /// The name servers of the world, from the root down: the answers are nobody else's.
        case recursive
        /// The resolvers of `/etc/resolv.conf`.
        case system
        /// These resolvers, each an IP address, with `@PORT` unless the port is 53.
        case forwarders([String])
        /// For each of these zones the authoritative server that has it (`ADDRESS` or `ADDRESS@PORT`); for all others as
        /// `recursive`.
        case zones([String: String])
    }

    public var servers: Servers
    /// The file with the key of the root zone, as text in the form of a zone file; `nil` does without DNSSEC.
    public var trustAnchorFile: String?
    /// After how long a question counts as failed.
    public var timeout: Duration
    /// How many questions may be under way at once; further ones wait for their turn.
    public var concurrency: Int

    /// Where Debian's dns-root-data puts the root's key.
    public static let rootKeyFile = "/usr/share/dns/root.key"

    public init(
        servers: Servers = .recursive, trustAnchorFile: String? = rootKeyFile, timeout: Duration = .seconds(15),
        concurrency: Int = 400
    ) {
        self.servers = servers
        self.trustAnchorFile = trustAnchorFile
        self.timeout = timeout
        self.concurrency = concurrency
    }
}
