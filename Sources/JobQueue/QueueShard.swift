internal import Delivery
internal import NIOCore
internal import RedisClient

/// One shard of the queue: every key and every transition of the delivery jobs to its sites.
///
/// Each transition is one Lua script, so a job is always in exactly one place and a crash between two steps cannot lose it.
/// What a worker calls for every batch answers with a future on the connection's event loop, where the worker's engine lives.
public struct QueueShard: Sendable {
    /// Its place among the shards, from 0.
    public let number: Int
    let redis: Redis
    let keys: QueueKeys
    /// What every key begins with; it routes commands.
    private let prefix: RedisArgument
    /// The keys that scripts are given: the first is the prefix.
    ///
    /// In a cluster there is a second, and neither is ever there: while the slot is moving, a script with two keys of which
    /// one is missing is refused (TRYAGAIN) on both sides, and so never runs where half of the shard's keys are elsewhere.
    private let scriptKeys: [RedisArgument]

    init(number: Int, redis: Redis) {
        self.number = number
        self.redis = redis
        keys = QueueKeys(shard: number)
        prefix = RedisArgument(keys.prefix)
        scriptKeys = redis.endpoint.isCluster ? [prefix, RedisArgument(keys.prefix + "nothing")] : [prefix]
    }

    func evaluate(
        _ script: RedisScript, _ arguments: [RedisArgument], loadsIfMissing: Bool = true
    ) -> EventLoopFuture<RedisValue> {
        redis.submit(script, keys: scriptKeys, arguments: arguments, loadsIfMissing: loadsIfMissing)
    }

    func command(_ arguments: [RedisArgument]) -> EventLoopFuture<RedisValue> {
        redis.submit(arguments, key: prefix)
    }

    func load(_ script: RedisScript) -> EventLoopFuture<Void> {
        redis.load(script, key: prefix)
    }
}
