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
    /// What each shard has not heard.
    private let untold: Mutex<[[BookingSummary.SuppressedAddress]]>

    init(book: ContactBook, queue: JobQueue) {
        self.book = book
        shards = queue.shards
        untold = Mutex(Array(repeating: [], count: queue.shards.count))
    }

    /// Takes down addresses that are suppressed in the book.
    func note(_ addresses: [BookingSummary.SuppressedAddress]) {
        guard !addresses.isEmpty else { return }
        untold.withLock { untold in
            for i in untold.indices { untold[i] += addresses }
        }
    }

    /// Takes out addresses that are suppressed no more.
    func withdraw(_ keys: Set<String>) {
        untold.withLock { untold in
            for i in untold.indices where !untold[i].isEmpty { untold[i].removeAll { keys.contains($0.key) } }
        }
    }

    /// Tells a shard of all addresses that were taken down.
    func tell(_ shard: QueueShard) async throws {
        let addresses = untold.withLock { untold in
            defer { untold[shard.number] = [] }
            return untold[shard.number]
        }
        guard !addresses.isEmpty else { return }
        do {
            try await Self.tell(addresses, to: shard)
        } catch {
            untold.withLock { $0[shard.number] = addresses + $0[shard.number] }
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
