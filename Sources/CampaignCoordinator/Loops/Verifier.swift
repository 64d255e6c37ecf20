internal import Contacts
internal import Delivery
internal import JobQueue
internal import Logging
internal import MailMessage
internal import Synchronization

/// Makes sure that workers claim only from a Redis process that knows what the contact book knows.
///
/// After a restart, a fail-over or the loss of its data, Redis may have jobs waiting that were sent long ago. Each new process
/// is told of all jobs that are over or held, of the limits of sites, and where its outcome stream has been read; only then is it
/// opened for claims.
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
        for shard in queue.shards { try await check(shard) }
        return false
    }

    private func check(_ shard: QueueShard) async throws {
        let process = try await shard.process()
        let isOpen = try await shard.isOpen()
        switch verified.withLock({ $0[shard.number] }) {
        case process? where isOpen:
            return
        case nil where isOpen:
            // Opened by this book's coordinator before it was restarted.
            verified.withLock { $0[shard.number] = process }
        default:
            try await reconcile(shard, process)
        }
    }

    private func reconcile(_ shard: QueueShard, _ process: String) async throws {
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
        var hasLostData = false
        if let position = try await book.streamPosition(shard: shard.number)?.description {
            hasLostData = try await shard.adopt(position: position)
            if hasLostData { try await shard.endLeases() }
        }
        _ = try await limits.round()
        // What was checked and what is opened must be one process; else it is not noted as checked, and looked at again at once.
        guard try await shard.process() == process else { return }
        try await shard.open()
        guard try await shard.process() == process else { return }
        verified.withLock { $0[shard.number] = process }
        logger.notice(
            hasLostData
                ? "Redis had lost data; what the book knows was restored, and workers go on"
                : "Redis was checked against the book; workers may claim from it",
            metadata: ["shard": "\(shard.number)", "mailings": "\(restored)"])
    }
}
