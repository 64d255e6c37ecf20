public import MailRouting

/// Which way a worker's mail goes.
public struct DeliveryRoutes: Sendable {
    /// The servers that take what no route of the table names; when there are none, each domain's own servers do.
    public var relays: [Relay]
    /// How routes and receiving servers are found: its table comes before ``relays``.
    public var routing: RoutingConfiguration
    /// The relays that the table names, by their URL.
    public var named: [String: Relay]
    /// Local addresses that mail is sent from; none leaves the choice to the system.
    public var sources: [SourceAddress]
    /// The most connections to one site's servers.
    public var connectionsPerSite: Int
    /// A file of certificates (PEM) that count when a policy asks for a verified one; `nil` for those of the system.
    public var certificateAuthorityFile: String?

    public init(
        relays: [Relay], routing: RoutingConfiguration = RoutingConfiguration(), named: [String: Relay] = [:],
        sources: [SourceAddress] = [], connectionsPerSite: Int = 10, certificateAuthorityFile: String? = nil
    ) {
        self.relays = relays
        self.routing = routing
        self.named = named
        self.sources = sources
        self.connectionsPerSite = connectionsPerSite
        self.certificateAuthorityFile = certificateAuthorityFile
    }

    /// Whether everything goes to ``relays``.
    var areRelaysOnly: Bool { !relays.isEmpty && routing.table.targets.isEmpty && routing.table.diversion == nil }

    /// For people and logs: where mail goes.
    var summary: String {
        let names = relays.map(\.name).joined(separator: ", ")
        return relays.isEmpty ? "each domain's own servers" : names
    }
}
