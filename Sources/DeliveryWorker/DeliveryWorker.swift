internal import Delivery
internal import JobQueue
public import Logging
internal import MailRouting
internal import NIOCore
internal import NIOPosix
internal import RedisClient
internal import SMTP
public import ServiceLifecycle

/// A worker: claims jobs from Redis, composes and sends them over SMTP, and settles what became of them.
///
/// It owns nothing: killed at any moment, its jobs return to the queue when its lease runs out.
public struct DeliveryWorker: Service {
    private let configuration: WorkerConfiguration
    private let logger: Logger

    public init(configuration: WorkerConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Works until it is told to stop; then claims no more, finishes what is in hand within the grace time, gives the rest back.
    ///
    /// - Throws: `RedisError` when Redis cannot be reached at the start, `DNSResolverError` when the resolver's settings are wrong.
    public func run() async throws {
        let routes = configuration.routes
        let router =
            routes.areRelaysOnly ? nil : try MailRouter(configuration: routes.routing, logger: logger)
        let tlsReports = router?.tlsReports ?? TLSReportCounters()
        // The beat has a loop and a connection of its own, so that no load can make it miss.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        defer { group.shutdownGracefully { _ in } }
        let workLoop = group.next()
        let workRedis = Redis(
            endpoint: configuration.redis, configuration: .init(), eventLoop: workLoop, logger: logger)
        let beatRedis = Redis(
            endpoint: configuration.redis, configuration: .init(), eventLoop: group.next(), logger: logger)
        try await workRedis.connect()
        try await beatRedis.connect()

        guard let shards = try await shards(on: workRedis) else {
            await workRedis.close()
            await beatRedis.close()
            return
        }
        let keeper = LeaseKeeper(
            queue: JobQueue(redis: beatRedis, shards: shards), configuration: configuration, tlsReports: tlsReports,
            logger: logger)
        let registeredAt = NIODeadline.now()
        let lease = Lease(worker: try await keeper.register(), duration: configuration.lease, now: registeredAt)
        logger.notice(
            "worker started",
            metadata: ["worker.id": "\(lease.worker)", "smtp.relay": "\(configuration.routes.summary)"])

        let queue = JobQueue(redis: workRedis, shards: shards)
        let engine = try await workLoop.submit {
            NIOLoopBound(self.makeEngine(queue, lease, router, tlsReports, on: workLoop), eventLoop: workLoop)
        }.get()

        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                do {
                    try await keeper.run(lease) { worker, time in
                        workLoop.execute { engine.value.leaseLost(newIdentity: worker, at: time) }
                    }
                } catch {
                    // Only cancellation ends it: the worker is stopping.
                }
            }
            try? await gracefulShutdown()
            await stop(engine, workLoop)
            tasks.cancelAll()
        }
        try? await keeper.tellTLSCounts().get()
        let left = queue.shards.map { $0.leave(lease.worker) }
        if let left = try? await EventLoopFuture.whenAllSucceed(left, on: workLoop).get(), !left.allSatisfy({ $0 }) {
            logger.warning("jobs are left in flight; they return to the queue when the lease runs out")
        }
        await workRedis.close()
        await beatRedis.close()
        logger.notice("worker stopped", metadata: ["worker.id": "\(lease.worker)"])
    }

    /// How many shards the queue has; waits for a coordinator to lay it down, and answers `nil` when told to stop meanwhile.
    private func shards(on redis: Redis) async throws -> Int? {
        if let queue = try await JobQueue.join(on: redis) { return queue.shards.count }
        logger.notice("no coordinator has used this Redis yet; waiting for one")
        return await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(500))
                if let queue = try? await JobQueue.join(on: redis) { return queue.shards.count }
            }
            return nil
        }
    }

    private func makeEngine(
        _ queue: JobQueue, _ lease: Lease, _ router: MailRouter?, _ tlsReports: TLSReportCounters,
        on eventLoop: any EventLoop
    ) -> DeliveryEngine {
        let engine = DeliveryEngine(
            queue: queue, lease: lease, configuration: configuration, router: router,
            tlsReports: tlsReports, capacity: capacity,
            eventLoop: eventLoop,
            logger: logger)
        lease.condition = "sending"
        engine.claimIfRoom()
        return engine
    }

    /// Jobs that are here at once: enough for every connection to have its window full and the next one waiting.
    ///
    /// Servers that the DNS names take one message at a time as a rule; but there are many of them, and some are slow.
    private var capacity: Int {
        let window = configuration.routes.relays.isEmpty ? 4 : configuration.smtp.windowMessages * 2
        return min(
            max(configuration.routes.relays.isEmpty ? 512 : 64, configuration.smtp.maximumConnections * window), 2000)
    }

    private func stop(_ engine: NIOLoopBound<DeliveryEngine>, _ workLoop: any EventLoop) async {
        logger.notice("stopping: claiming no more, finishing what is in hand")
        let grace = TimeAmount.milliseconds(configuration.grace.wholeMilliseconds)
        _ = try? await workLoop.flatSubmit {
            let drained = engine.value.drain(grace: grace)
            return engine.value.shutdownOutlets(grace: grace).flatMap { drained }
        }.get()
    }
}
