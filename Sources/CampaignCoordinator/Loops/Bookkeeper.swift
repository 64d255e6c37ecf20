internal import Contacts
internal import Delivery
internal import JobQueue
internal import Logging

/// Moves status changes from the outcome stream into the contact book, each exactly once.
///
/// The position in the stream is stored in the same transaction as what was read up to it; only then is the stream trimmed. A
/// kill between any two steps repeats nothing and loses nothing.
struct Bookkeeper: Loop {
    static let purpose = "book outcomes"
    static let rest = Duration.milliseconds(20)
    /// Entries of the stream in one transaction; an entry holds up to a hundred changes.
    private static let batch = 100

    let book: ContactBook
    let queue: JobQueue
    let shard: Int
    let logger: Logger

    func round() async throws -> Bool {
        let position = try await book.streamPosition(shard: shard)
        let entries = try await queue.outcomes(after: position?.description ?? "0-0", limit: Self.batch)
        guard let last = entries.last else { return false }
        let summary = try await book.book(
            entries.flatMap(\.changes), streamPosition: last.position, shard: shard, at: .now)
        try await queue.suppress(
            summary.suppressed.map { ($0.key, SuppressionNotice(outcome: $0.outcome, reason: $0.reason)) })
        try await queue.forgetOutcomes(through: last.position)
        for mailing in summary.finished {
            logger.notice("a mailing is finished", metadata: ["mailing.id": "\(mailing)"])
        }
        if summary.unknown > 0 {
            logger.error("outcomes name deliveries that are not in the book", metadata: ["outcomes": "\(summary.unknown)"])
        }
        return true
    }
}
