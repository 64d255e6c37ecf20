internal import Delivery
internal import NIOCore
public import RedisClient

/// The live queue in Redis: every key and every transition of a delivery job.
///
/// Each transition is one Lua script, so a job is always in exactly one place and a crash between two steps cannot lose it.
/// What a worker calls for every batch answers with a future on the connection's event loop, where the worker's engine lives;
/// what the coordinator calls is `async`.
public struct JobQueue: Sendable {
    /// The connection to Redis that carries this queue's commands.
    public let redis: RedisConnection
    let keys: QueueKeys

    /// Opens the queue on a connection.
    ///
    /// - Parameter shard: Which of the deployment's shards; one suffices for a single Redis.
    public init(redis: RedisConnection, shard: Int = 0) {
        self.redis = redis
        self.keys = QueueKeys(shard: shard)
    }

    func evaluate(_ script: RedisScript, _ arguments: [RedisArgument]) -> EventLoopFuture<RedisValue> {
        redis.submit(script, keys: [RedisArgument(keys.prefix)], arguments: arguments)
    }
}
