internal import Contacts
internal import Delivery
internal import JobQueue
internal import Synchronization

/// Tells the workers of addresses that the contact book has suppressed since they may have been fed.
///
/// What cannot be told, because Redis is away, is told with what follows. A coordinator that was killed before it told, or a Redis
/// that forgot, is no trouble: a Redis is told of every suppressed address that still has something to come before it hands out
/// jobs (``tellAll()``).
final class SuppressionTeller: Sendable {
    private static let page = 1000

    private let book: ContactBook
    private let queue: JobQueue
    private let untold = Mutex<[BookingSummary.SuppressedAddress]>([])

    init(book: ContactBook, queue: JobQueue) {
        self.book = book
        self.queue = queue
    }

    /// Takes down addresses that are suppressed in the book.
    func note(_ addresses: [BookingSummary.SuppressedAddress]) {
        guard !addresses.isEmpty else { return }
        untold.withLock { $0 += addresses }
    }

    /// Tells of all addresses that were taken down.
    func tell() async throws {
        let addresses = untold.withLock { untold in
            defer { untold = [] }
            return untold
        }
        guard !addresses.isEmpty else { return }
        do {
            try await tell(addresses)
        } catch {
            untold.withLock { $0 = addresses + $0 }
            throw error
        }
    }

    /// Tells of every suppressed address to which something is still to be sent.
    func tellAll() async throws {
        var last: String?
        repeat {
            let addresses = try await book.suppressionsOfOpenContacts(after: last, limit: Self.page)
            try await tell(addresses)
            last = addresses.last?.key
        } while last != nil
    }

    private func tell(_ addresses: [BookingSummary.SuppressedAddress]) async throws {
        try await queue.suppress(
            addresses.map { ($0.key, SuppressionNotice(outcome: $0.outcome, reason: $0.reason)) })
    }
}
