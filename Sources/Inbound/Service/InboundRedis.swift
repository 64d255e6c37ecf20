public import Delivery
internal import JobQueue
public import Logging
internal import NIOCore
public import NIOPosix
public import RedisClient

/// The way of events into Redis, for whatever reads messages.
public struct InboundRedis: Sendable {
    private let redis: Redis
    private let queue: JobQueue

    /// A Redis that no coordinator has used yet: a wrong one, mostly.
    public struct UnusedRedis: Error, CustomStringConvertible {
        public var description: String {
            "no coordinator has used this Redis yet; start the coordinator, or name the Redis that it uses"
        }
    }

    /// Connects.
    ///
    /// - Parameter waits: whether to wait for a coordinator to lay the queue down, where none has.
    /// - Throws: `RedisError` when Redis cannot be reached, ``UnusedRedis`` when there is no queue in it.
    public static func connect(
        _ endpoint: RedisEndpoint, waits: Bool = true, group: MultiThreadedEventLoopGroup, logger: Logger
    ) async throws -> InboundRedis {
        let redis = Redis(endpoint: endpoint, configuration: .init(), eventLoop: group.next(), logger: logger)
        try await redis.connect()
        var isTold = false
        while true {
            if let queue = try await JobQueue.join(on: redis) { return InboundRedis(redis: redis, queue: queue) }
            guard waits else {
                await redis.close()
                throw UnusedRedis()
            }
            if !isTold { logger.notice("no coordinator has used this Redis yet; waiting for one") }
            isTold = true
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    /// Puts events where they are safe; the coordinator books each once.
    public func report(_ events: [InboundEvent]) async throws {
        try await queue.report(events)
    }

    public func close() async {
        await redis.close()
    }
}
