internal import Contacts
internal import Delivery
internal import JobQueue
internal import Logging

/// Feeds mailings from the contact book into Redis, a bounded number of jobs ahead of the workers, and makes Redis agree with
/// the book about what runs, is paused or cancelled.
///
/// Where feeding goes on is the queue's own cursor, which moves with every push. So whatever dies, nothing is fed twice and
/// nothing is left out; and a Redis that lost its data, whose cursor is 0 again, is fed again with what is still unsettled.
struct Feeder: Loop {
    static let purpose = "feed"
    static let rest = Duration.milliseconds(50)
    /// Ordinals in one push.
    private static let batch = 1000
    /// Entries of the outcome stream that may wait for the bookkeeper before feeding pauses.
    private static let unbookedLimit = 2000
    /// The share of Redis' `maxmemory` above which feeding pauses; draining goes on.
    private static let memoryShare = 0.8

    let book: ContactBook
    let queue: JobQueue
    let highWater: Int
    let hold: FeedingHold
    let logger: Logger

    func round() async throws -> Bool {
        let mailings = try await book.openMailings()
        guard !mailings.isEmpty else { return false }
        var busy = false
        for mailing in mailings where mailing.state == .preparing {
            busy = try await book.prepare(mailing.id, limit: 5000) || busy
        }
        let status = try await queue.status(of: mailings.map(\.id), laneLimit: 0)
        let serving = mailings.filter { $0.state == .running || $0.state == .waiting }
        let share = highWater / max(1, serving.count)
        let held = try await reasonToHold(status)
        hold.set(held)
        for (mailing, live) in zip(mailings, status.mailings) {
            guard try await agree(mailing, live), serving.contains(where: { $0.id == mailing.id }) else { continue }
            guard held == nil, live.cursor < mailing.prepared, live.waiting + Self.batch <= max(share, Self.batch) else { continue }
            busy = try await feed(mailing, from: live.cursor) || busy
        }
        return busy
    }

    /// Makes Redis know a mailing and its state as the book has it; answers whether it may be fed.
    private func agree(_ mailing: OpenMailing, _ live: QueueStatus.Mailing) async throws -> Bool {
        switch mailing.state {
        case .running, .waiting:
            if live.state.isEmpty { try await publish(mailing) }
            if live.state == "paused" { _ = try await queue.resume(mailing.id) }
            return true
        case .paused:
            if live.state == "running" { _ = try await queue.pause(mailing.id) }
            return false
        case .cancelled:
            if live.state != "cancelled" { try await queue.cancel(mailing.id) }
            try await book.closeCancelled(mailing.id)
            return false
        case .draft, .preparing, .finished:
            return false
        }
    }

    private func publish(_ mailing: OpenMailing) async throws {
        let settings = try await book.settings(of: mailing.id)
        try await queue.publish(
            mailing.id, content: MailingContent(bytes: settings.bytes, version: settings.version), weight: 1,
            paused: mailing.state == .paused)
    }

    /// Feeds the next range; answers whether anything moved.
    private func feed(_ mailing: OpenMailing, from cursor: UInt32) async throws -> Bool {
        let batch = try await book.reserveBatch(mailing.id, from: cursor, limit: Self.batch)
        guard batch.nextOrdinal > cursor else { return false }
        let result = try await queue.enqueue(
            mailing.id, from: cursor, to: batch.nextOrdinal,
            jobs: batch.jobs.map { ClaimedJob(job: $0.job, site: $0.lane) })
        return result == .moved
    }

    /// Why no mailing may be fed now, if so.
    private func reasonToHold(_ status: QueueStatus) async throws -> String? {
        if status.unbookedEntries > Self.unbookedLimit { return "outcomes wait to be booked" }
        let memory = try await queue.information(section: "memory")
        if let used = memory["used_memory"].flatMap({ Double($0) }),
            let limit = memory["maxmemory"].flatMap({ Double($0) }), limit > 0, used > limit * Self.memoryShare
        {
            return "Redis has used \(Int(used / limit * 100)) % of its maxmemory"
        }
        return nil
    }
}
