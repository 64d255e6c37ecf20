public import Contacts
public import Delivery
public import JobQueue

/// The live picture of the queue, with the names that people know the mailings by.
public struct QueueOverview: Sendable {
    public var status: QueueStatus
    /// The mailings of ``status``, in the same order.
    public var mailings: [Mailing]
    /// Jobs that the queue's counts have in flight and the workers have not; see `QueueStatus.unaccounted`.
    public var unaccounted: Int
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
        // What is over may still be in the air.
        let ended = try await book.mailings(in: [.cancelled, .finished]).suffix(50)
        var status = try await queue.status(of: (mailings + ended).map(\.id))
        let unaccounted = status.unaccounted
        status.mailings.removeLast(ended.count)
        return QueueOverview(
            status: status, mailings: mailings, unaccounted: unaccounted, memory: try await queue.memory(),
            hold: hold.current)
    }

    /// What a mailing needs and none of the workers has, in words; `nil` when one of them can send it, or there is none.
    public func lackOfAllWorkers(for mailing: MailingID) -> String? { lacks.reason(for: mailing) }

    /// What workers counted of TLS on a day.
    ///
    /// - Parameters:
    ///   - day: today by this machine's clock when `nil`.
    ///   - domains: policy domains; all when there are none.
    /// - Throws: `RedisError` when Redis cannot be reached.
    public func tlsCounts(
        of day: UTCDay?, domains: [String]
    ) async throws -> (day: UTCDay, entries: [TLSReportEntry]) {
        let day = day ?? UTCDay(of: .now)
        let wanted = Set(domains.map { $0.lowercased() })
        let entries = try await queue.tlsCounts(of: day)
        return (day, wanted.isEmpty ? entries : entries.filter { wanted.contains($0.domain) })
    }
}
