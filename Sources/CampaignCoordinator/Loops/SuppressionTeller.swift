internal import Contacts
internal import Delivery
internal import JobQueue
internal import Synchronization

/// Tells the workers of addresses that the contact book has suppressed since they may have been fed.
///
/// Every shard hears of each address, for itself: one that is away holds up no other. What cannot be told now is told with what
/// follows. A coordinator that was killed before it told, or a Redis that forgot, is no trouble: a Redis is told of every suppressed
/// address that still has something to come before it hands out jobs (``tellAll(_:)``).
final class SuppressionTeller: Sendable {
    private static let page = 1000

    private let book: ContactBook
    private let shards: [QueueShard]
    /// What a shard has not heard.
    private struct News {
        var untold: [BookingSummary.SuppressedAddress] = []
        /// What was withdrawn since it was last told, lest it be put back.
        var withdrawn: Set<String> = []
    }

    private let news: Mutex<[News]>

    init(book: ContactBook, queue: JobQueue) {
        self.book = book
        shards = queue.shards
        news = Mutex(Array(repeating: News(), count: queue.shards.count))
    }

    /// Takes down addresses that are suppressed in the book.
    func note(_ addresses: [BookingSummary.SuppressedAddress]) {
        guard !addresses.isEmpty else { return }
        let keys = Set(addresses.map(\.key))
        news.withLock { news in
            for i in news.indices {
                news[i].untold += addresses
                news[i].withdrawn.subtract(keys)
            }
        }
    }

    /// Takes out addresses that are suppressed no more.
    func withdraw(_ keys: Set<String>) {
        news.withLock { news in
            for i in news.indices {
                news[i].untold.removeAll { keys.contains($0.key) }
                news[i].withdrawn.formUnion(keys)
            }
        }
    }

    /// Tells a shard of all addresses that were taken down.
    func tell(_ shard: QueueShard) async throws {
        let addresses = news.withLock { news in
            defer { news[shard.number] = News() }
            return news[shard.number].untold
        }
        guard !addresses.isEmpty else { return }
        do {
            try await Self.tell(addresses, to: shard)
        } catch {
            news.withLock { news in
                let withdrawn = news[shard.number].withdrawn
                news[shard.number].untold.insert(
                    contentsOf: addresses.filter { !withdrawn.contains($0.key) }, at: 0)
            }
            throw error
        }
    }

    /// Tells all shards of what was taken down; those that are away hear it later.
    func tell() async {
        await withTaskGroup(of: Void.self) { tasks in
            for shard in shards { tasks.addTask { try? await self.tell(shard) } }
        }
    }

    /// Tells shards of every suppressed address to which something is still to be sent.
    func tellAll(_ shards: [QueueShard]) async throws {
        var last: String?
        repeat {
            let addresses = try await book.suppressionsOfOpenContacts(after: last, limit: Self.page)
            for shard in shards { try await Self.tell(addresses, to: shard) }
            last = addresses.last?.key
        } while last != nil
    }

    private static func tell(_ addresses: [BookingSummary.SuppressedAddress], to shard: QueueShard) async throws {
        try await shard.suppress(
            addresses.map { ($0.key, SuppressionNotice(outcome: $0.outcome, reason: $0.reason)) })
    }
}
