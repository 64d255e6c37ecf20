public import Delivery
internal import NIOCore
internal import RedisClient

extension QueueShard {
    /// Feeds a range of ordinals into the lanes of their sites.
    ///
    /// - Parameters:
    ///   - cursor: The ordinal at which the range begins: the shard's own cursor must stand there.
    ///   - newCursor: The ordinal after the range.
    ///   - jobs: The jobs of the range for this shard's sites; ordinals that need no delivery are simply not among them.
    ///   - held: Those that are held until a person decides; they are not sent.
    public func enqueue(
        _ mailing: MailingID, from cursor: UInt32, to newCursor: UInt32, jobs: [ClaimedJob],
        held: [(entry: ClaimedJob, kind: HoldKind)] = []
    ) async throws -> EnqueueResult {
        var lanes: [String: [RedisArgument]] = [:]
        for entry in jobs { lanes[entry.site, default: []].append(.init(entry.job.payload)) }
        var arguments: [RedisArgument] = [
            .init(Int(mailing.rawValue)), .init(Int(cursor)), .init(Int(newCursor)), .init(held.count),
        ]
        arguments.reserveCapacity(4 + 4 * held.count + jobs.count + 2 * lanes.count)
        for (entry, kind) in held {
            arguments += [
                .init(kind.list), .init(Int(entry.job.id.ordinal)), .init(entry.site), .init(entry.job.payload),
            ]
        }
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

    /// Stops serving a mailing here; answers whether this shard knows it.
    public func pause(_ mailing: MailingID) async throws -> Bool {
        try await control(mailing, "paused")
    }

    /// Serves a paused mailing here again; answers whether this shard knows it.
    public func resume(_ mailing: MailingID) async throws -> Bool {
        try await control(mailing, "running")
    }

    private func control(_ mailing: MailingID, _ state: RedisArgument) async throws -> Bool {
        try await evaluate(QueueScripts.control, [.init(Int(mailing.rawValue)), state]).get() == .integer(1)
    }

    /// Drops everything that a mailing has waiting here.
    public func cancel(_ mailing: MailingID) async throws {
        while case .integer(let left) = try await evaluate(
            QueueScripts.cancel, [.init(Int(mailing.rawValue)), .init(500)]
        ).get(), left > 0 {}
    }

    /// Returns the jobs of one dead worker, if there is one; call again while `more` is true.
    /// - Parameter patience: Recoveries after which a job that was about to be sent when its worker died is dead.
    public func reap(patience: Int = 3) async throws -> ReapReport {
        let answer = try await evaluate(
            QueueScripts.reap,
            [.init(500), .init(patience), .init(HoldKind.inDoubt.wireTail), .init(HoldKind.dead.wireTail)]
        ).get()
        guard case .array(let parts) = answer, parts.count == 5, let worker = parts[0].text,
            case .integer(let returned) = parts[1], case .integer(let inDoubt) = parts[2],
            case .integer(let dead) = parts[3], case .integer(let more) = parts[4]
        else { throw JobQueueError.unexpected("reap") }
        return ReapReport(
            worker: worker.isEmpty ? nil : WorkerID(rawValue: worker), returned: Int(returned), inDoubt: Int(inDoubt),
            dead: Int(dead), more: more == 1)
    }

    /// Looks through the shard's keys for what no transition leaves behind, and puts it right.
    ///
    /// - Returns: Lanes with jobs that were not ready to be served, and connections in use that were miscounted.
    public func mend() async throws -> (lanes: Int, connections: Int) {
        var mended = (lanes: 0, connections: 0)
        var cursor = "0"
        repeat {
            let answer = try await evaluate(QueueScripts.mend, [.init(cursor), .init(500)]).get()
            guard case .array(let parts) = answer, parts.count == 3, let next = parts[0].text,
                case .integer(let lanes) = parts[1], case .integer(let connections) = parts[2]
            else { throw JobQueueError.unexpected("mend") }
            mended.lanes += Int(lanes)
            mended.connections += Int(connections)
            cursor = next
        } while cursor != "0"
        return mended
    }

    /// Tells the workers of addresses that were suppressed after they had been fed.
    ///
    /// Every shard has to hear of each: an address's jobs lie where the site of its domain does, which may have another's name.
    public func suppress(_ addresses: [(comparisonKey: String, suppression: SuppressionNotice)]) async throws {
        for part in addresses.parts(of: 250) {
            let arguments = part.flatMap { entry -> [RedisArgument] in
                [.init(entry.comparisonKey), .init(entry.suppression.stored)]
            }
            _ = try await evaluate(QueueScripts.suppress, arguments).get()
        }
    }

    /// The status changes, and what came back, after a position of the outcome stream, in order, at most `limit` entries of it.
    public func outcomes(after position: String, limit: Int) async throws -> [OutcomeEntry] {
        let answer = try await command(
            ["XREAD", "COUNT", .init(limit), "STREAMS", .init(keys.outcomes), .init(position)]
        ).get()
        if answer == .null { return [] }
        guard case .array(let streams) = answer, case .array(let stream)? = streams.first, stream.count == 2,
            case .array(let entries) = stream[1]
        else { throw JobQueueError.unexpected("XREAD") }
        return try entries.map { entry in
            guard case .array(let parts) = entry, parts.count == 2, let position = parts[0].text,
                case .array(let fields) = parts[1]
            else { throw JobQueueError.unexpected("XREAD") }
            return try OutcomeEntry(position: position, fields: fields)
        }
    }

    /// Forgets the outcome stream up to and including a position that is in the book, whose entry was read.
    ///
    /// The last entry is deleted on its own: Redis remembers that it was, which tells a Redis that has lost it (``adopt(position:)``).
    public func forgetOutcomes(through position: String) async throws {
        let deleted = command(["XDEL", .init(keys.outcomes), .init(position)])
        let trimmed = command(["XTRIM", .init(keys.outcomes), "MINID", .init(position)])
        _ = try await deleted.and(trimmed).get()
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
    /// Jobs that may have been sent, and whose mailing does not send anything twice: they are held.
    public var inDoubt: Int
    /// Jobs that were about to be sent by too many workers that died: they are held.
    public var dead: Int
    public var more: Bool
}

/// One entry of the outcome stream: its position, and the status changes or the events in it.
public struct OutcomeEntry: Sendable {
    public var position: String
    public var changes: [StatusChange] = []
    /// What came back after messages were handed over.
    public var events: [InboundEvent] = []
}

extension OutcomeEntry {
    /// Reads the fields of an entry: `m` a mailing and `c` changes of it, or `e` events.
    fileprivate init(position: String, fields: [RedisValue]) throws {
        self.position = position
        if fields.count == 4, let mailing = fields[1].text.flatMap({ UInt32($0) }), let bytes = fields[3].bytes {
            changes = try StatusChange.all(inWire: bytes, mailing: MailingID(rawValue: mailing))
        } else if fields.count == 2, fields[0].text == "e", let bytes = fields[1].bytes {
            events = try InboundEvent.all(inWire: bytes)
        } else {
            throw JobQueueError.unexpected("XREAD")
        }
    }
}
