internal import Contacts
internal import Delivery
internal import JobQueue
internal import Logging
internal import Synchronization

/// Moves status changes from the outcome stream into the contact book, each exactly once.
///
/// The position in the stream is stored in the same transaction as what was read up to it; only then is the stream trimmed. A
/// kill between any two steps repeats nothing and loses nothing.
final class Bookkeeper: Loop {
    static let purpose = "book outcomes"
    static let rest = Duration.milliseconds(20)
    /// Entries of the stream in one transaction; an entry holds up to a hundred changes.
    private static let batch = 100

    let book: ContactBook
    let queue: JobQueue
    let shard: QueueShard
    /// Hears what became of test messages, which are not booked.
    let tests: TestMailings
    let suppressions: SuppressionTeller
    let logger: Logger
    /// The position that is in the book, as long as nothing has failed since it was read.
    private let booked = Mutex<String?>(nil)
    init(
        book: ContactBook, queue: JobQueue, shard: QueueShard, tests: TestMailings = TestMailings(),
        suppressions: SuppressionTeller? = nil, logger: Logger
    ) {
        self.book = book
        self.queue = queue
        self.shard = shard
        self.tests = tests
        self.suppressions = suppressions ?? SuppressionTeller(book: book, queue: queue)
        self.logger = logger
    }

    func round() async throws -> Bool {
        let position: String
        if let known = booked.withLock({ $0 }) {
            position = known
        } else {
            position = try await book.streamPosition(shard: shard.number)?.description ?? "0-0"
        }
        booked.withLock { $0 = nil }
        let entries = try await shard.outcomes(after: position, limit: Self.batch)
        guard let last = entries.last else {
            booked.withLock { $0 = position }
            try await suppressions.tell(shard)
            return false
        }
        let changes = entries.flatMap(\.changes)
        let summary = try await book.book(
            changes.filter { !$0.job.mailing.isTest }, inbound: entries.flatMap(\.events),
            streamPosition: last.position, shard: shard.number, at: .now)
        for change in changes where change.job.mailing.isTest { tests.note(change) }
        suppressions.note(summary.suppressed)
        // First this, which makes room: a full Redis takes nothing that needs some.
        try await shard.forgetOutcomes(through: last.position)
        try await suppressions.tell(shard)
        booked.withLock { $0 = last.position }
        for mailing in summary.finished {
            logger.notice("a mailing is finished", metadata: ["mailing.id": "\(mailing)"])
        }
        if !summary.finished.isEmpty, try await book.mailings(in: [.preparing, .running, .waiting, .paused]).isEmpty {
            try await queue.forgetSuppressions()
        }
        if summary.unknown > 0 {
            logger.error(
                "outcomes name deliveries that are not in the book", metadata: ["outcomes": "\(summary.unknown)"])
        }
        return true
    }
}
