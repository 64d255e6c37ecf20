internal import NIOCore

/// Which shard a worker asks for jobs next: each in its turn, and none before it may have something.
struct ShardRotation {
    private struct Shard {
        /// When it may have jobs.
        var mayHaveJobs = NIODeadline.uptimeNanoseconds(0)
        /// Whether a claim may have run without its answer arriving: jobs may be in our flight that we know nothing of.
        var isUncertain = false
    }

    private var shards: [Shard]
    private var last = 0

    init(count: Int) {
        shards = Array(repeating: Shard(), count: count)
    }

    /// A shard that may have jobs now, the one that was asked longest ago; else when the first one may.
    mutating func next(now: NIODeadline) -> (shard: Int?, waitUntil: NIODeadline) {
        for step in 1...shards.count {
            let shard = (last + step) % shards.count
            if shards[shard].mayHaveJobs <= now {
                last = shard
                return (shard, now)
            }
        }
        return (nil, shards.map(\.mayHaveJobs).min() ?? now)
    }

    /// Asks a shard no more before a time.
    mutating func rest(_ shard: Int, until time: NIODeadline) {
        shards[shard].mayHaveJobs = time
    }

    /// Asks every shard again at once.
    mutating func wakeAll() {
        for shard in shards.indices { shards[shard].mayHaveJobs = .uptimeNanoseconds(0) }
    }

    /// A shard in which there may be jobs in our flight that we know nothing of.
    var uncertain: Int? { shards.firstIndex(where: \.isUncertain) }

    func isUncertain(_ shard: Int) -> Bool { shards[shard].isUncertain }

    mutating func setUncertain(_ shard: Int, _ isUncertain: Bool) {
        shards[shard].isUncertain = isUncertain
    }

    mutating func forgetDoubts() {
        for shard in shards.indices { shards[shard].isUncertain = false }
        wakeAll()
    }
}
