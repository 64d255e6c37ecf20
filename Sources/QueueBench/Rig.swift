internal import Delivery
internal import JobQueue
internal import NIOCore
internal import RedisClient

/// An empty queue with one mailing, fed as the coordinator does it and emptied as workers do it.
///
/// Everything goes over one connection, one call after the other: nothing of what a call costs Redis is shared with the next.
struct Rig {
    let redis: Redis
    let queue: JobQueue
    private let workload: Workload
    /// The limit of every site.
    private let limit: SiteLimit?
    /// Jobs fed so far.
    private var fed: UInt32 = 0
    /// The shard that is claimed from next.
    private var turn = 0

    private static let lease = Duration.seconds(24 * 3600)

    init(redis: Redis, setting: Setting) async throws {
        self.redis = redis
        queue = JobQueue(redis: redis, shards: setting.shards)
        workload = Workload(spread: setting.spread)
        limit = setting.limit
        _ = try await redis.submit(["FLUSHALL", "SYNC"], key: "").get()
        for shard in queue.shards { try await shard.open() }
        try await queue.publish(
            Workload.mailing, content: MailingContent(bytes: [1], version: "1"), paused: false)
        if let limit { try await queue.setSiteLimit(limit, for: JobQueue.allSites) }
    }

    func register(_ name: String) async throws -> WorkerID {
        var identity = WorkerID(rawValue: name)
        for shard in queue.shards {
            identity = try await shard.register(identity.rawValue, lease: Self.lease, description: "{}").get()
        }
        return identity
    }

    /// Feeds jobs in pushes of some ordinals.
    mutating func feed(_ count: Int, push: Int = 1000) async throws {
        let end = fed + UInt32(count)
        while fed < end {
            let next = min(fed + UInt32(push), end)
            let jobs = (fed..<next).map { workload.entry($0) }
            let parts = Dictionary(grouping: jobs) { queue.shardNumber(ofSite: $0.site) }
            for shard in queue.shards {
                let result = try await shard.enqueue(
                    Workload.mailing, from: fed, to: next, jobs: parts[shard.number] ?? [])
                guard result == .moved else { throw BenchError("a push was refused: \(result)") }
            }
            fed = next
        }
    }

    /// Claims so many jobs, from the shards in turn, and answers their ordinals.
    mutating func claim(_ count: Int, batch: Int, by worker: WorkerID) async throws -> [UInt32] {
        var ordinals: [UInt32] = []
        ordinals.reserveCapacity(count)
        while ordinals.count < count {
            ordinals += try await claimOnce(min(batch, count - ordinals.count), by: worker).ordinals
        }
        return ordinals
    }

    /// Claims so many jobs in batches and settles each batch before the next.
    mutating func claimAndSettle(_ count: Int, batch: Int, by worker: WorkerID) async throws {
        var left = count
        while left > 0 {
            let (ordinals, shard) = try await claimOnce(min(batch, left), by: worker)
            let changes = ordinals.map {
                change($0, .sent, .accepted, rule: "2x", reply: "250 2.0.0 Ok: queued as 4XyZ12AbCdEf")
            }
            let news = siteNews(ordinals)
            guard try await shard.settle(changes, by: worker, news: news).get() == ordinals.count else {
                throw BenchError("a job was settled before")
            }
            left -= ordinals.count
        }
    }

    /// Puts jobs of a worker's flight aside in batches.
    ///
    /// - Parameter delay: of each ordinal.
    func postpone(
        _ ordinals: [UInt32], batch: Int, by worker: WorkerID, delay: (UInt32) -> Duration = Rig.laterDelay
    ) async throws {
        let now = UnixTime.now
        let groups = Dictionary(grouping: ordinals) { queue.shardNumber(ofSite: workload.entry($0).site) }
        for (number, group) in groups {
            for start in stride(from: 0, to: group.count, by: batch) {
                let part = Array(group[start..<min(start + batch, group.count)])
                let jobs = part.map { ordinal in
                    let entry = workload.entry(ordinal, firstAttempt: now)
                    return PostponedJob(
                        job: entry.job, site: entry.site, delay: delay(ordinal),
                        change: change(
                            ordinal, .deferred, .rateLimited, rule: "T2",
                            reply: "451 4.7.1 Try again later, please"))
                }
                guard try await queue.shards[number].postpone(jobs, by: worker).get() == part.count else {
                    throw BenchError("a job was no longer in flight")
                }
            }
        }
    }

    /// An hour and a part of the next: nothing of it is due before the measurement is over.
    static func laterDelay(_ ordinal: UInt32) -> Duration { .seconds(3600 + Int(ordinal % 3600)) }

    /// Forgets the outcome stream, as the coordinator does with what is in the book.
    func forgetOutcomes() async throws {
        for shard in queue.shards {
            while let last = try await shard.outcomes(after: "0-0", limit: 1000).last {
                try await shard.forgetOutcomes(through: last.position)
            }
        }
    }

    /// Claims from the first shard whose turn it is and that has something.
    private mutating func claimOnce(
        _ want: Int, by worker: WorkerID
    ) async throws -> (ordinals: [UInt32], shard: QueueShard) {
        for _ in queue.shards {
            let shard = queue.shards[turn]
            turn = (turn + 1) % queue.shards.count
            let jobs = try await shard.claim(want, for: worker).get().jobs
            if !jobs.isEmpty { return (jobs.map(\.job.id.ordinal), shard) }
        }
        throw BenchError("there was nothing to claim")
    }

    private func change(
        _ ordinal: UInt32, _ outcome: Outcome, _ reason: Reason, rule: String, reply: String
    ) -> StatusChange {
        StatusChange(
            job: .init(mailing: Workload.mailing, ordinal: ordinal), time: .now, outcome: outcome, reason: reason,
            rule: rule, phase: .dot, attempt: 1, reply: reply)
    }

    /// What a worker tells of paced sites: how many messages they accepted.
    private func siteNews(_ ordinals: [UInt32]) -> [SiteNews] {
        guard limit != nil else { return [] }
        return Dictionary(grouping: ordinals) { workload.entry($0).site }.map {
            SiteNews(site: $0.key, sent: $0.value.count)
        }
    }
}
