internal import Contacts
internal import Delivery
internal import JobQueue
internal import Logging
internal import Synchronization

/// Removes from Redis what is left of mailings that are over, and now and then looks whether all is in order there.
///
/// What is over is not removed at once: a worker that was thought dead may still have results of it.
final class Janitor: Loop {
    static let purpose = "clear away what is over"
    static let rest = Duration.seconds(30)
    /// How often the keys of the queue are looked through.
    private static let inspection = Duration.seconds(300)

    let book: ContactBook
    let queue: JobQueue
    let told: ToldMailings
    let tests: TestMailings
    let logger: Logger
    /// How long a mailing must have been over.
    private let grace: Duration
    private let inspected = Mutex(ContinuousClock.now)
    /// Since when mailings have been seen to be over, and which of them are cleared away.
    private let seen = Mutex<[MailingID: (since: ContinuousClock.Instant, isForgotten: Bool)]>([:])

    init(
        book: ContactBook, queue: JobQueue, told: ToldMailings, tests: TestMailings = TestMailings(),
        grace: Duration = .seconds(600), logger: Logger
    ) {
        self.book = book
        self.queue = queue
        self.told = told
        self.tests = tests
        self.grace = grace
        self.logger = logger
    }

    func round() async throws -> Bool {
        let now = ContinuousClock.now
        let over = try await book.mailings(in: [.cancelled, .finished]).map(\.id) + tests.over
        let ripe = seen.withLock { seen in
            seen = seen.filter { over.contains($0.key) }
            for mailing in over where seen[mailing] == nil { seen[mailing] = (now, false) }
            return over.filter { id in seen[id].map { !$0.isForgotten && $0.since + grace <= now } ?? false }
        }
        for mailing in ripe {
            guard let live = try await queue.status(of: [mailing], laneLimit: 0).mailings.first,
                live.waiting == 0, live.due == 0, live.inFlight == 0, live.inDoubt == 0, live.dead == 0
            else { continue }
            try await queue.forget(mailing)
            told.forget(mailing)
            tests.forget(mailing)
            seen.withLock { $0[mailing]?.isForgotten = true }
            logger.info("a mailing that is over is cleared away", metadata: ["mailing.id": "\(mailing)"])
        }
        if inspected.withLock({ $0 + Self.inspection <= now }) {
            try await book.tidyInbound(at: .now)
            try await inspect()
            inspected.withLock { $0 = now }
        }
        return false
    }

    /// Puts right what no transition of the queue leaves behind, and says so.
    func inspect() async throws {
        for shard in queue.shards {
            let mended = try await shard.mend()
            guard mended.lanes + mended.connections > 0 else { continue }
            logger.error(
                "the queue was not in order and is mended; please report it",
                metadata: [
                    "shard": "\(shard.number)", "lanes": "\(mended.lanes)", "connections": "\(mended.connections)",
                ])
        }
    }
}
