public import Contacts
internal import Delivery
public import JobQueue

/// The live picture of the queue, with the names that people know the mailings by.
public struct QueueOverview: Sendable {
    public var status: QueueStatus
    /// The mailings of ``status``, in the same order.
    public var mailings: [Mailing]
    /// The memory of each Redis process.
    public var memory: [RedisMemory]
    /// Why the mailings do not go on as they should, if there is a reason that concerns all of them.
    public var hold: String?
}

extension Coordinator {
    /// What is waiting, in flight and due, and which workers are alive.
    ///
    /// - Throws: `RedisError` when Redis cannot be reached.
    public func queueStatus() async throws -> QueueOverview {
        let mailings = try await book.mailings(in: [.preparing, .running, .waiting, .paused])
        return QueueOverview(
            status: try await queue.status(of: mailings.map(\.id)), mailings: mailings,
            memory: try await queue.memory(), hold: hold.current)
    }
}
