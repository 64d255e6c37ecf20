internal import NIOCore
public import RedisClient

/// The queue of a deployment in Redis.
///
/// It is cut into shards by site, so that a cluster can spread one campaign over its nodes while the pace of a site stays in one
/// place. A single Redis needs no more than one shard. The number of shards is fixed for a deployment.
public struct JobQueue: Sendable {
    /// The connection to Redis that carries this queue's commands.
    public let redis: Redis
    public let shards: [QueueShard]

    /// Opens the queue on a connection, with a number of shards that is known.
    public init(redis: Redis, shards count: Int = 1) {
        self.redis = redis
        shards = (0..<max(1, count)).map { QueueShard(number: $0, redis: redis) }
    }

    /// Opens the queue as its coordinator and lays down the number of shards, if this Redis has none yet.
    ///
    /// - Throws: ``JobQueueError/Code/otherShardCount`` when this Redis holds a queue with another number of shards.
    public static func found(on redis: Redis, shards count: Int) async throws -> JobQueue {
        let queue = JobQueue(redis: redis, shards: count)
        try await queue.layDownShards()
        return queue
    }

    /// Opens the queue as a worker; answers `nil` as long as no coordinator has laid it down.
    public static func join(on redis: Redis) async throws -> JobQueue? {
        let meta = QueueKeys(shard: 0).meta
        let answer = try await redis.submit(["HGET", .init(meta), "shards"], key: .init(meta)).get()
        guard let count = answer.text.flatMap({ Int($0) }), count > 0 else { return nil }
        return JobQueue(redis: redis, shards: count)
    }

    /// Writes down the number of shards: again and again, since a Redis may lose its data.
    func layDownShards() async throws {
        _ = try await shards[0].command(["HSETNX", .init(shards[0].keys.meta), "shards", .init(shards.count)]).get()
        let answer = try await shards[0].command(["HGET", .init(shards[0].keys.meta), "shards"]).get()
        guard let stands = answer.text.flatMap({ Int($0) }), stands != shards.count else { return }
        throw JobQueueError(
            code: .otherShardCount,
            message:
                "this Redis holds a queue of \(stands) shards, not of \(shards.count); start with --shards \(stands)")
    }

    /// The shard of a site.
    public func shard(ofSite site: String) -> QueueShard {
        shards[shardNumber(ofSite: site)]
    }

    /// The number of a site's shard: FNV-1a of its name, so that every process of every version agrees.
    public func shardNumber(ofSite site: String) -> Int {
        guard shards.count > 1 else { return 0 }
        var hash: UInt32 = 2_166_136_261
        for byte in site.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return Int(hash % UInt32(shards.count))
    }
}
