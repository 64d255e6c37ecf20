public import Logging

/// Finds out where a domain's mail goes, and remembers it.
public final class MailRouter: Sendable {
    /// How TLS policies fared, by domain; whoever sends counts its sessions here too.
    public let tlsReports = TLSReportCounters()

    private let configuration: RoutingConfiguration

    public init(configuration: RoutingConfiguration, logger: Logger) {
        self.configuration = configuration
    }

    /// The way of a domain's mail; the domain has A-labels, or is a literal.
    public func route(to domain: String) async -> RouteFinding {
        .temporary("lookup failed")
    }

    /// The site of a domain, without looking at its hosts; `nil` when there is none or it cannot be found out.
    public func site(of domain: String) async -> String? {
        nil
    }
}
