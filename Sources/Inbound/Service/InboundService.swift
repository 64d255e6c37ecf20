internal import Delivery
public import Logging
public import NIOCore
internal import NIOPosix
internal import SMTP
public import ServiceLifecycle

/// The receiving service for bounce messages: an SMTP or LMTP server whose 250 means that the event is in Redis.
///
/// It owns nothing: killed at any moment, whoever has no answer sends again, and what came twice is booked once.
public struct InboundService: Service {
    private let configuration: InboundConfiguration
    private let logger: Logger
    private let redis: InboundRedis
    private let gatherer: ReportGatherer
    private let servers: [SMTPServer]
    private let meter: InboundMeter

    /// What has come in so far.
    public var counts: InboundCounts { meter.counts }

    /// Where it listens.
    public var localAddresses: [SocketAddress] { servers.compactMap(\.localAddress) }

    /// Connects to Redis and listens.
    ///
    /// - Throws: `RedisError` when Redis cannot be reached, ``InboundListenError`` for an address that cannot be listened on.
    public static func start(configuration: InboundConfiguration, logger: Logger) async throws -> InboundService {
        let group = MultiThreadedEventLoopGroup.singleton
        let redis = try await InboundRedis.connect(configuration.redis, group: group, logger: logger)
        let gatherer = ReportGatherer(logger: logger) { try await redis.report($0) }
        let meter = InboundMeter()
        let world = InboundSession.World(
            addresses: InboundAddresses(
                keys: configuration.keys, domains: configuration.domains, reports: configuration.reportAddresses),
            sorter: InboundSorter(keys: configuration.keys), gatherer: gatherer, meter: meter, logger: logger,
            messageLimit: configuration.messagesPerConnection)
        var servers: [SMTPServer] = []
        for listener in configuration.listeners {
            do {
                servers.append(
                    try await SMTPServer.listen(
                        host: listener.host, port: listener.port, configuration: configuration.server, group: group,
                        logger: logger
                    ) { eventLoop, _ in InboundSession(world: world, eventLoop: eventLoop) })
            } catch {
                for server in servers { try? await server.close() }
                await redis.close()
                throw InboundListenError(listener: listener, underlyingError: error)
            }
        }
        return InboundService(
            configuration: configuration, logger: logger, redis: redis, gatherer: gatherer, servers: servers,
            meter: meter)
    }

    /// Serves until it is told to stop; then lets each connection finish its message, and returns when all have their answers.
    public func run() async throws {
        logger.notice(
            "inbound started",
            metadata: ["smtp.addresses": "\(localAddresses.map(Self.text).joined(separator: " "))"])
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await gatherer.run() }
            let summary = SummaryLog(meter: meter, interval: configuration.summaryInterval, logger: logger)
            tasks.addTask { await cancelWhenGracefulShutdown { await summary.run() } }
            try? await gracefulShutdown()
            logger.notice("stopping: taking no more connections, finishing what is in hand")
            await stopServers()
            gatherer.finish()
        }
        await redis.close()
        logger.notice("inbound stopped")
    }

    private static func text(_ address: SocketAddress) -> String {
        address.ipAddress.map { "\($0):\(address.port ?? 0)" } ?? address.pathname ?? ""
    }

    private func stopServers() async {
        let grace = TimeAmount.milliseconds(configuration.grace.wholeMilliseconds)
        await withDiscardingTaskGroup { tasks in
            for server in servers {
                tasks.addTask { try? await server.stop(grace: grace) }
            }
        }
    }
}

/// An address that cannot be listened on.
public struct InboundListenError: Error {
    public var listener: InboundConfiguration.Listener
    public var underlyingError: any Error
}
