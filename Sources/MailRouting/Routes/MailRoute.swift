/// The way of a domain's mail: which servers to try, in which order, and what is demanded of them.
public struct MailRoute: Sendable, Hashable {
    /// The name under which all domains of these servers are paced and share connections; see docs/routing.md.
    public var site: String
    /// The hosts in the order of trial, each at least with one address.
    public var hosts: [MailHost]
    /// Why hosts of the domain are not among ``hosts``, a sentence each; for people.
    public var remarks: [String]
    /// When the DNS must be asked again.
    public var expires: ContinuousClock.Instant

    public init(
        site: String, hosts: [MailHost], remarks: [String] = [], expires: ContinuousClock.Instant
    ) {
        self.site = site
        self.hosts = hosts
        self.remarks = remarks
        self.expires = expires
    }
}

/// One server that takes a domain's mail.
public struct MailHost: Sendable, Hashable {
    /// Its name in the MX record, for TLS and logs; an address for a domain literal.
    public var name: String
    /// IP addresses as text, in the order of trial.
    public var addresses: [String]
    public var port: Int
    /// What TLS must achieve before a message may be handed over.
    public var policy: TLSPolicy

    public init(name: String, addresses: [String], port: Int, policy: TLSPolicy = .opportunistic) {
        self.name = name
        self.addresses = addresses
        self.port = port
        self.policy = policy
    }
}
