public import Delivery
internal import NIOCore
internal import RedisClient

/// What a person decided about held jobs.
public enum HoldResolution: Sendable, Hashable {
    /// Send them again.
    case resend
    /// They were sent.
    case sent
    /// They are given up.
    case dropped
}

extension JobQueue {
    /// Carries out what a person decided about held jobs: they go back to the head of their lanes, or are settled.
    ///
    /// The status changes reach the book by the outcome stream.
    /// - Returns: How many of them were held.
    public func resolve(
        _ mailing: MailingID, _ kind: HoldKind, ordinals: [UInt32], as resolution: HoldResolution
    ) async throws -> Int {
        let head: [RedisArgument] = [
            .init(Int(mailing.rawValue)), .init(kind.list), resolution == .resend ? "resend" : "settle",
            .init(resolution.wireTail),
        ]
        var found = 0
        // Which shard an ordinal is in depends on its site, which is in the queue: the others do not know it.
        for shard in shards {
            for part in ordinals.parts(of: 500) {
                let arguments = head + part.map { RedisArgument(Int($0)) }
                let answer = try await shard.evaluate(QueueScripts.resolve, arguments).get()
                guard case .integer(let count) = answer else { throw JobQueueError.unexpected("resolve") }
                found += Int(count)
            }
        }
        return found
    }
}

extension HoldKind {
    /// The name of the list in Redis.
    var list: String {
        switch self {
        case .inDoubt: "doubt"
        case .dead: "dead"
        }
    }

    /// What the status change of a job that comes to be held says, from the outcome on.
    var wireTail: [UInt8] {
        switch self {
        case .inDoubt: StatusChange.wireTail(.queued, .inDoubtHeld, rule: "C3", phase: .dot)
        case .dead: StatusChange.wireTail(.queued, .recoveredTooOften, rule: "R1", phase: .local)
        }
    }
}

extension HoldResolution {
    fileprivate var wireTail: [UInt8] {
        switch self {
        case .resend: StatusChange.wireTail(.queued, .resentByOwner, rule: "R2", phase: .local)
        case .sent: StatusChange.wireTail(.sent, .confirmedByOwner, rule: "R2", phase: .local)
        case .dropped: StatusChange.wireTail(.bounced, .droppedByOwner, rule: "R2", phase: .local)
        }
    }
}
