public import Delivery
internal import NIOCore
internal import RedisClient

extension JobQueue {
    /// Takes the lead of this Redis for one coordinator, or renews it.
    ///
    /// - Parameters:
    ///   - book: Which contact book the coordinator owns; a restart with the same book takes over at once.
    ///   - description: Shown to another coordinator that is refused.
    /// - Returns: `nil` when this coordinator leads, else how the one that does describes itself.
    public func lead(book: String, description: String, lease: Duration) async throws -> String? {
        let answer = try await evaluate(
            QueueScripts.lead, [.init(book), .init(description), .init(lease.wholeMilliseconds)]
        ).get()
        guard let holder = answer.text else { throw JobQueueError.unexpected("lead") }
        return holder.isEmpty ? nil : holder
    }

    /// Gives up the lead, if this book's coordinator has it, so that another process may start at once.
    public func resign(book: String) async throws {
        _ = try await evaluate(QueueScripts.lead, [.init(book), "", .init(0)]).get()
    }

    /// Makes a mailing known to the workers, or renews its content; what was paused or cancelled stays so.
    public func publish(_ mailing: MailingID, content: MailingContent, weight: Int, paused: Bool) async throws {
        _ = try await evaluate(
            QueueScripts.publish,
            [
                .init(Int(mailing.rawValue)), .init(content.bytes), .init(content.version), .init(weight),
                paused ? "paused" : "running",
            ]
        ).get()
    }

    /// Feeds a range of ordinals into the lanes of their sites.
    ///
    /// - Parameters:
    ///   - cursor: The ordinal at which the range begins: the queue's own cursor must stand there.
    ///   - newCursor: The ordinal after the range.
    ///   - jobs: The jobs of the range; ordinals that need no delivery are simply not among them.
    public func enqueue(
        _ mailing: MailingID, from cursor: UInt32, to newCursor: UInt32, jobs: [ClaimedJob]
    ) async throws -> EnqueueResult {
        var lanes: [String: [RedisArgument]] = [:]
        for entry in jobs { lanes[entry.site, default: []].append(.init(entry.job.payload)) }
        var arguments: [RedisArgument] = [
            .init(Int(mailing.rawValue)), .init(Int(cursor)), .init(Int(newCursor)),
        ]
        arguments.reserveCapacity(3 + jobs.count + 2 * lanes.count)
        for (site, payloads) in lanes {
            arguments.append(.init(site))
            arguments.append(.init(payloads.count))
            arguments.append(contentsOf: payloads)
        }
        let answer = try await evaluate(QueueScripts.enqueue, arguments).get()
        guard case .array(let parts) = answer, parts.count == 2, case .integer(let moved) = parts[0],
            case .integer(let stands) = parts[1]
        else { throw JobQueueError.unexpected("enqueue") }
        return switch moved {
        case 1: .moved
        case 0: .standsAt(UInt32(clamping: stands))
        case -1: .unknownMailing
        default: .cancelled
        }
    }

    /// Stops serving a mailing; what is in flight finishes.
    ///
    /// - Returns: Whether Redis knows the mailing.
    public func pause(_ mailing: MailingID) async throws -> Bool {
        try await evaluate(QueueScripts.control, [.init(Int(mailing.rawValue)), "paused"]).get() == .integer(1)
    }

    /// Serves a paused mailing again.
    ///
    /// - Returns: Whether Redis knows the mailing.
    public func resume(_ mailing: MailingID) async throws -> Bool {
        try await evaluate(QueueScripts.control, [.init(Int(mailing.rawValue)), "running"]).get() == .integer(1)
    }

    /// Drops everything that a mailing has waiting; what is in flight finishes, what is due is dropped at its time.
    public func cancel(_ mailing: MailingID) async throws {
        while case .integer(let left) = try await evaluate(
            QueueScripts.cancel, [.init(Int(mailing.rawValue)), .init(500)]
        ).get(), left > 0 {}
    }

    /// Returns the jobs of one dead worker, if there is one; call again while `more` is true.
    /// - Parameter patience: Recoveries of a job after which it rests for a minute, and longer each time.
    public func reap(patience: Int = 3) async throws -> ReapReport {
        let answer = try await evaluate(QueueScripts.reap, [.init(500), .init(patience), .init(60)]).get()
        guard case .array(let parts) = answer, parts.count == 4, let worker = parts[0].text,
            case .integer(let returned) = parts[1], case .integer(let rested) = parts[2],
            case .integer(let more) = parts[3]
        else { throw JobQueueError.unexpected("reap") }
        return ReapReport(
            worker: worker.isEmpty ? nil : WorkerID(rawValue: worker), returned: Int(returned), rested: Int(rested),
            more: more == 1)
    }

    /// The status changes after a position of the outcome stream, in order, at most `limit` entries of it.
    public func outcomes(after position: String, limit: Int) async throws -> [OutcomeEntry] {
        let answer = try await redis.submit(
            ["XREAD", "COUNT", .init(limit), "STREAMS", .init(keys.outcomes), .init(position)]
        ).get()
        if answer == .null { return [] }
        guard case .array(let streams) = answer, case .array(let stream)? = streams.first, stream.count == 2,
            case .array(let entries) = stream[1]
        else { throw JobQueueError.unexpected("XREAD") }
        return try entries.map { entry in
            guard case .array(let parts) = entry, parts.count == 2, let position = parts[0].text,
                case .array(let fields) = parts[1], fields.count == 4,
                let mailing = fields[1].text.flatMap({ UInt32($0) }), let bytes = fields[3].bytes
            else { throw JobQueueError.unexpected("XREAD") }
            return OutcomeEntry(
                position: position,
                changes: try StatusChange.all(inWire: bytes, mailing: MailingID(rawValue: mailing)))
        }
    }

    /// Forgets the outcome stream up to and including a position that is in the book.
    public func forgetOutcomes(through position: String) async throws {
        let parts = position.split(separator: "-").compactMap { UInt64($0) }
        guard parts.count == 2 else { throw JobQueueError.malformed("stream position \(position)") }
        _ = try await redis.submit(
            ["XTRIM", .init(keys.outcomes), "MINID", .init("\(parts[0])-\(parts[1] + 1)")]
        ).get()
    }

    /// Tells the workers of addresses that were suppressed after they had been fed.
    public func suppress(_ addresses: [(comparisonKey: String, suppression: SuppressionNotice)]) async throws {
        for start in stride(from: 0, to: addresses.count, by: 1000) {
            var command: [RedisArgument] = ["HSET", .init(keys.suppressed)]
            for entry in addresses[start..<min(start + 1000, addresses.count)] {
                command.append(.init(entry.comparisonKey))
                command.append(.init(entry.suppression.stored))
            }
            _ = try await redis.submit(command).get()
        }
    }

    /// Takes addresses off the list that workers look at.
    public func unsuppress(_ comparisonKeys: [String]) async throws {
        for start in stride(from: 0, to: comparisonKeys.count, by: 1000) {
            let part = comparisonKeys[start..<min(start + 1000, comparisonKeys.count)]
            _ = try await redis.submit(["HDEL", .init(keys.suppressed)] + part.map { .init($0) }).get()
        }
    }

    /// Forgets what workers look at: for when no mailing is under way, and the book alone suffices.
    public func forgetSuppressions() async throws {
        _ = try await redis.submit(["UNLINK", .init(keys.suppressed)]).get()
    }

    /// The position of the newest entry that the outcome stream ever had; `nil` when there is no stream.
    public func newestOutcomePosition() async throws -> String? {
        guard try await redis.submit(["EXISTS", .init(keys.outcomes)]).get() == .integer(1) else { return nil }
        let answer = try await redis.submit(["XINFO", "STREAM", .init(keys.outcomes)]).get()
        guard case .array(let pairs) = answer, let name = pairs.firstIndex(where: { $0.text == "last-generated-id" }),
            name + 1 < pairs.count
        else { throw JobQueueError.unexpected("XINFO") }
        return pairs[name + 1].text
    }
}

/// What came of feeding a range.
public enum EnqueueResult: Sendable, Hashable {
    /// The jobs are waiting and the cursor has moved.
    case moved
    /// Nothing was done: the queue's cursor stands elsewhere.
    case standsAt(UInt32)
    /// This Redis does not know the mailing: publish it first.
    case unknownMailing
    /// The mailing was cancelled: nothing was done.
    case cancelled
}

/// What one call of the reaper moved.
public struct ReapReport: Sendable, Hashable {
    /// The worker whose flight was emptied, or `nil` when there was none.
    public var worker: WorkerID?
    public var returned: Int
    /// Jobs that had been recovered often and rest before they are tried again.
    public var rested: Int
    public var more: Bool
}

/// One entry of the outcome stream: its position and the status changes in it.
public struct OutcomeEntry: Sendable {
    public var position: String
    public var changes: [StatusChange]
}
