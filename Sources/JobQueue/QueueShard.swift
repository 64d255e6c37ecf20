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
    /// The prefix, which routes everything.
    private let prefix: RedisArgument
    /// The keys that every script declares.
    ///
    /// On a cluster a second one that is never there: while a slot moves, a script that names two keys is told to try again
    /// until all of the slot is in one place (TRYAGAIN); with one key it would run where half of the others are.
    private let scriptKeys: [RedisArgument]

    init(number: Int, redis: Redis) {
        self.number = number
        self.redis = redis
        keys = QueueKeys(shard: number)
        prefix = RedisArgument(keys.prefix)
        scriptKeys = redis.endpoint.isCluster ? [prefix, RedisArgument(keys.prefix + "whole")] : [prefix]
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
