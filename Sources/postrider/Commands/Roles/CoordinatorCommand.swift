internal import ArgumentParser
internal import CampaignCoordinator
internal import Dashboard
internal import Foundation
internal import Logging
internal import MailRouting
internal import ProviderEvents
internal import RedisClient
internal import ServiceLifecycle

/// `postrider coordinator`: keeps the books, feeds the queue, answers the API.
struct CoordinatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator",
        abstract: "Run the coordinator: the contact book, the queue's feeder, the HTTP API.",
        discussion: """
            There is one for a data directory and one for a Redis. Without --redis it starts a Redis of its own on a unix socket in \
            the data directory, and stops it with itself. It may be killed at any moment and goes on where it was.

            The configuration file may have limits of how fast sites are sent to; see docs/pacing.md, and postrider pace.

            The token that other commands need is in the file "token" of the data directory, which only its owner may read.

            Example:
              postrider coordinator --data ./data
              postrider coordinator --data ./data --redis redis://redis.internal:6379/0
            """)

    @Option(
        help: ArgumentHelp("The data directory (or POSTRIDER_DATA); it is made if it does not exist.", valueName: "dir")
    )
    var data: String?

    @OptionGroup var redis: RedisOptions

    @Option(
        help: ArgumentHelp(
            "Where the API listens (or POSTRIDER_LISTEN; 127.0.0.1:8025); port 0 lets the system choose.",
            valueName: "host:port"))
    var listen: String?

    @Option(
        help: ArgumentHelp(
            "Where the pages listen that readers of messages reach: unsubscribing, opens, clicks; and where providers report (or POSTRIDER_PUBLIC_LISTEN); nowhere "
                + "unless given.",
            valueName: "host:port"))
    var publicListen: String?

    @Option(help: ArgumentHelp("The most jobs that are kept waiting in Redis (100000).", valueName: "jobs"))
    var highWater: Int?

    @Option(
        help: ArgumentHelp(
            "Into how many shards the queue is cut, fixed from the first start on (16 on a cluster, else 1).",
            valueName: "n"))
    var shards: Int?

    @Flag(
        help:
            "Workers send to each domain's own servers: domains that share servers are paced as one site (or POSTRIDER_DIRECT=true)."
    )
    var direct = false

    @OptionGroup var log: LogOptions
    @OptionGroup var configuration: ConfigurationOptions

    func validate() throws {
        if let shards, !(1...1024).contains(shards) { throw ValidationError("--shards must be from 1 to 1024") }
        if let highWater, highWater < 1 { throw ValidationError("--high-water must be above 0") }
        // A file that cannot be read is reported when it is needed, and is no wrong usage.
        guard let settings = try? configuration.settings() else { return }
        _ = try directory(settings)
    }

    func run() async throws {
        let settings = try configuration.settings()
        let directory = try directory(settings)
        let address = try ListenAddress(parsing: listen ?? settings.string(.listen) ?? "127.0.0.1:8025")
        let publicAddress = try (publicListen ?? settings.string(.publicListen)).map {
            try ListenAddress(parsing: $0, option: "--public-listen")
        }
        // The API must never be where the world comes.
        if let publicAddress, publicAddress.collides(with: address) {
            throw CommandError(
                "--public-listen and --listen are both \(address); the public pages need a port of their own")
        }
        let webhooks = try settings.webhooks?.configuration()
        guard webhooks == nil || publicAddress != nil else {
            throw CommandError(
                "webhooks are configured, and there is no public server that providers could reach; name its address with "
                    + "--public-listen HOST:PORT")
        }
        let endpoint = try (redis.redis ?? settings.string(.redis)).map { try RedisOptions.endpoint($0, settings) }
        let logger = try log.logger("coordinator", settings)
        // A file at its size limit is then an error like a full disk, here and in the Redis that is started from here.
        signal(SIGXFSZ, SIG_IGN)

        var setup = CoordinatorConfiguration(dataDirectory: directory, redis: endpoint, name: "\(address)")
        if let highWater = try highWater ?? settings.count(.highWater) { setup.highWater = highWater }
        setup.siteLimits = settings.siteLimits
        let isDirect = try direct || settings.flag(.direct)
        do throws(DNSResolverError) {
            let dns = try DNSResolver(configuration: settings.routing.resolver, logger: logger)
            setup.textRecords = DNSRecords(source: dns)
            if isDirect {
                setup.siteNaming = RoutedSites(
                    MailRouter(configuration: settings.routing, source: dns, logger: logger))
            }
        } catch {
            // Without it campaign check says what it cannot look up; only direct delivery depends on it.
            guard !isDirect else { throw CommandError(error.description) }
            logger.warning("the DNS cannot be asked", metadata: ["error": "\(error)"])
        }
        if isDirect, setup.siteLimits[SiteName.all] == nil {
            setup.siteLimits[SiteName.all] = try SiteLimitSetting(connections: Self.connectionsPerSite)
        }
        setup.shards = try shards ?? settings.count(.shards)
        let coordinator = try await Coordinator.open(setup, logger: logger)
        do {
            // The coordinator comes first, so that a second one on the same directory hears of the first, not of its port.
            try await address.probe()
            try await publicAddress?.probe()
            try await serve(coordinator, directory, address, publicAddress, webhooks, logger)
        } catch {
            await coordinator.close()
            throw error
        }
    }

    /// How many messages may be under way to one site at once where no limit is set: servers of strangers are not to be flooded,
    /// and one that hangs shall not keep all workers busy.
    private static let connectionsPerSite = 20

    /// The sites of domains as workers find them.
    private struct RoutedSites: SiteNaming {
        let router: MailRouter

        init(_ router: MailRouter) { self.router = router }

        func site(of domain: String) async -> String? { await router.site(of: domain) }
    }

    private func directory(_ settings: Settings) throws -> String {
        guard let directory = data ?? settings.string(.data) else {
            throw ValidationError("name the data directory with --data DIR (or POSTRIDER_DATA)")
        }
        return directory
    }

    private func serve(
        _ coordinator: Coordinator, _ directory: String, _ address: ListenAddress, _ publicAddress: ListenAddress?,
        _ webhooks: WebhookConfiguration?, _ logger: Logger
    ) async throws {
        let file = AddressFile.path(in: directory)
        let server = try APIServer(coordinator: coordinator, dataDirectory: directory, logger: logger)
        let application = server.application(host: address.host, port: address.port) { port in
            let address = address.with(port: port)
            do {
                try "\(address.url)\n".write(toFile: file, atomically: true, encoding: .utf8)
            } catch {
                logger.warning(
                    "clients with --data cannot find the address", metadata: ["file": "\(file)", "error": "\(error)"])
            }
            StandardOutput.announce(
                "postrider coordinator is ready at \(address.url), data in \(directory), Redis at \(coordinator.redisEndpoint)"
            )
        }
        defer { try? FileManager.default.removeItem(atPath: file) }
        var services: [any Service] = [coordinator, ListeningService(service: application, address: address)]
        if let publicAddress {
            let pages = PublicServer(coordinator: coordinator, logger: logger).application(
                host: publicAddress.host, port: publicAddress.port,
                extend: { router in
                    guard let webhooks else { return }
                    WebhookRoutes(webhooks, coordinator: coordinator, logger: logger).add(to: router)
                },
                ready: { port in
                    StandardOutput.announce("the public pages are at \(publicAddress.with(port: port).url)")
                })
            services.append(ListeningService(service: pages, address: publicAddress))
        }
        try await ServiceRunner.run(services, logger: logger)
    }

    /// A server whose errors name the address where it cannot listen; there are two.
    private struct ListeningService: Service {
        let service: any Service
        let address: ListenAddress

        func run() async throws {
            do {
                try await service.run()
            } catch {
                throw address.problem(error)
            }
        }
    }
}
