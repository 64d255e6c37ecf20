internal import Contacts
internal import Delivery
internal import JobQueue
internal import Logging
internal import MailMessage
internal import Synchronization

/// Makes sure that workers claim only from a Redis process that knows what the contact book knows.
///
/// After a restart, a fail-over or the loss of its data, Redis may have jobs waiting that were sent long ago. Each new process
/// is told, for all of the shards that it has, of all jobs that are over or held, of the limits of sites, and where its outcome
/// streams have been read; only then is it opened for claims.
final class Verifier: Loop {
    static let purpose = "check Redis"
    static let rest = Duration.milliseconds(500)

    let book: ContactBook
    let queue: JobQueue
    let limits: SiteLimitKeeper
    let logger: Logger
    /// The processes that were found to be right, by shard.
    private let verified = Mutex<[Int: String]>([:])

    init(book: ContactBook, queue: JobQueue, limits: SiteLimitKeeper, logger: Logger) {
        self.book = book
        self.queue = queue
        self.limits = limits
        self.logger = logger
    }

    func round() async throws -> Bool {
        // What opens a shard opens all that its process has, so they are checked together.
        var shards: [String: [QueueShard]] = [:]
        for shard in queue.shards { shards[try await shard.process(), default: []].append(shard) }
        for (process, shards) in shards { try await check(process, shards) }
        return false
    }

    private func check(_ process: String, _ shards: [QueueShard]) async throws {
        let known = verified.withLock { verified in shards.map { verified[$0.number] } }
        if try await shards[0].isOpen() {
            if known.allSatisfy({ $0 == process }) { return }
            // Opened by this book's coordinator before it was restarted.
            if known.allSatisfy({ $0 == nil }) { return note(process, shards) }
        }
        var restored = 0
        var hasLostData = false
        for shard in shards {
            let found = try await reconcile(shard)
            restored += found.mailings
            hasLostData = hasLostData || found.hasLostData
        }
        _ = try await limits.round()
        // What was checked and what is opened must be one process; if it is not, the next round sees another one than is noted.
        for shard in shards where try await shard.process() != process { return }
        note(process, shards)
        try await shards[0].open()
        logger.notice(
            hasLostData
                ? "Redis had lost data; what the book knows was restored, and workers go on"
                : "Redis was checked against the book; workers may claim from it",
            metadata: ["shards": "\(shards.count)", "mailings": "\(restored)"])
    }

    private func note(_ process: String, _ shards: [QueueShard]) {
        verified.withLock { verified in
            for shard in shards { verified[shard.number] = process }
        }
    }

    /// Tells a shard what the book knows; answers of how many mailings, and whether the shard turned out to have lost data.
    private func reconcile(_ shard: QueueShard) async throws -> (mailings: Int, hasLostData: Bool) {
        var restored = 0
        for mailing in try await book.mailings(in: [.running, .waiting, .paused, .cancelled, .finished]) {
            guard try await shard.knows(mailing.id) else { continue }
            try await shard.restore(mailing.id, settled: try await book.settledBitmap(mailing: mailing.id))
            let held = try await book.heldJobs(
                mailing: mailing.id, fieldNames: try MailingSettings(mailing).template.fieldNames())
            try await shard.restore(
                mailing.id,
                held: held.filter { queue.shardNumber(ofSite: $0.entry.lane) == shard.number }.map {
                    (ClaimedJob(job: $0.entry.job, site: $0.entry.lane), $0.kind)
                })
            restored += 1
        }
        guard let position = try await book.streamPosition(shard: shard.number)?.description else {
            return (restored, false)
        }
        let hasLostData = try await shard.adopt(position: position)
        if hasLostData { try await shard.endLeases() }
        return (restored, hasLostData)
    }
}
