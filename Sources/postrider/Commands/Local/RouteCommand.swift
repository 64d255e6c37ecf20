internal import ArgumentParser
internal import Delivery
internal import Logging
internal import MailRouting

/// `postrider route`: how mail for a domain would go.
struct RouteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "route", abstract: "Say where mail for a domain would go, and what TLS must achieve there.",
        discussion: """
            Asks the DNS, and for policies the web, just as a worker does with the same configuration file; sends nothing. For each \
            domain it prints the site, the hosts in the order of trial with their addresses, and what is demanded of TLS and why; \
            or else which outcome a message would have. Exits 1 if mail for any of the domains has no way. Needs no coordinator.

            Example:
              postrider route example.org example.net
              postrider route --resolver 127.0.0.1@5353 --trust-anchor root.key example.org --format json
            """)

    @Argument(help: "Domains, such as example.org or [192.0.2.1].")
    var domains: [String]

    @Option(
        help: ArgumentHelp(
            "Who answers questions about the DNS: recursive, system, or a resolver's address such as 192.0.2.53@5353; may be repeated.",
            valueName: "resolver"))
    var resolver: [String] = []

    @Option(
        help: ArgumentHelp(
            "The file with the root zone's key for DNSSEC, or none.", valueName: "file"))
    var trustAnchor: String?

    @OptionGroup var configurationOptions: ConfigurationOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let settings = try configurationOptions.settings()
        let logger = try log.logger("route", settings)
        var routing = settings.routing
        if !resolver.isEmpty { routing.resolver.servers = RoutingText.servers(resolver) }
        if let trustAnchor { routing.resolver.trustAnchorFile = RoutingText.file(trustAnchor) }
        let router: MailRouter
        do throws(DNSResolverError) {
            router = try MailRouter(configuration: routing, logger: logger)
        } catch {
            throw CommandError(error.description)
        }
        var isEveryoneReached = true
        for domain in domains {
            let picture = RoutePicture(domain: domain, finding: await router.route(to: Self.asciiForm(of: domain)))
            isEveryoneReached = isEveryoneReached && picture.hasWay
            try format.print(picture) { picture.text }
        }
        if !isEveryoneReached { throw ExitCode.failure }
    }

    /// The domain as it is in the DNS, where people write `münchen.example`.
    private static func asciiForm(of domain: String) -> String {
        (try? EmailAddress(parsing: "postmaster@\(domain)"))?.asciiDomain ?? domain
    }
}
