public import Delivery
internal import NIOCore
internal import RedisClient

extension JobQueue {
    /// The live picture: what is waiting, due and in flight, and which workers are alive.
    ///
    /// - Parameter laneLimit: The most lanes to look at per mailing and shard.
    public func status(of mailings: [MailingID], laneLimit: Int = 1000) async throws -> QueueStatus {
        var status = QueueStatus(
            mailings: mailings.map { QueueStatus.Mailing(id: $0, state: "running", version: "") })
        for shard in shards {
            let answer = try await shard.evaluate(
                QueueScripts.status, [.init(laneLimit)] + mailings.map { .init(Int($0.rawValue)) }
            ).get()
            try status.add(answer, isFirst: shard.number == 0)
        }
        for i in status.mailings.indices { status.mailings[i].sites.sort { $0.waiting > $1.waiting } }
        status.due.sort { $0.at < $1.at }
        return status
    }

    /// How many entries of the outcome stream are not in the book yet.
    public func unbookedEntries() async throws -> Int {
        var entries = 0
        for shard in shards {
            entries += Int(try await shard.command(["XLEN", .init(shard.keys.outcomes)]).get().number ?? 0)
        }
        return entries
    }
}

extension QueueStatus {
    /// Adds what one shard answers.
    fileprivate mutating func add(_ answer: RedisValue, isFirst: Bool) throws {
        guard case .array(let parts) = answer, parts.count == 5, case .integer(let now) = parts[0],
            case .array(let mailingRows) = parts[1], mailingRows.count == mailings.count,
            case .array(let workerRows) = parts[2], case .array(let dueRow) = parts[3],
            case .integer(let unbooked) = parts[4]
        else { throw JobQueueError.unexpected("status") }
        time = UnixTime(milliseconds: max(time.milliseconds, now))
        for (i, row) in mailingRows.enumerated() { try mailings[i].add(row, isFirst: isFirst) }
        for row in workerRows { add(try Worker(row, now: now)) }
        for i in stride(from: 0, to: dueRow.count - 1, by: 2) {
            let second = UnixTime(milliseconds: dueRow[i].integer * 1000)
            if let known = due.firstIndex(where: { $0.at == second }) {
                due[known].jobs += Int(dueRow[i + 1].integer)
            } else {
                due.append((second, Int(dueRow[i + 1].integer)))
            }
        }
        unbookedEntries += Int(unbooked)
    }

    /// Adds what one shard knows of a worker: it has a lease in each, of which the one that ends first counts.
    private mutating func add(_ worker: Worker) {
        guard let known = workers.firstIndex(where: { $0.id == worker.id }) else { return workers.append(worker) }
        workers[known].inFlight += worker.inFlight
        workers[known].leaseRemaining = min(workers[known].leaseRemaining, worker.leaseRemaining)
    }
}

extension QueueStatus.Mailing {
    /// Adds what one shard knows of a mailing.
    fileprivate mutating func add(_ row: RedisValue, isFirst: Bool) throws {
        guard case .array(let parts) = row, parts.count == 14, let state = parts[1].text, let version = parts[2].text,
            case .array(let lanes) = parts[13]
        else { throw JobQueueError.unexpected("status") }
        if isFirst {
            self.state = state
            self.version = version
        } else if state.isEmpty || self.state.isEmpty {
            self.state = ""
        } else if state != self.state {
            self.state = Self.mixed
        }
        pending.append(Int(parts[3].integer + parts[4].integer))
        waiting += Int(parts[3].integer)
        due += Int(parts[4].integer)
        settled += Int(parts[5].integer)
        fed += Int(parts[6].integer)
        closed += Int(parts[7].integer)
        inDoubt += Int(parts[8].integer)
        dead += Int(parts[9].integer)
        cursors.append(UInt32(clamping: parts[10].integer))
        let lanesHere = Int(parts[12].integer)
        let rest = UnixTime(milliseconds: parts[11].integer)
        if rest.milliseconds > 0 {
            earliestRest = min(rest, earliestRest ?? rest)
        } else if lanesHere > 0 {
            isServable = true
        }
        sites += stride(from: 0, to: lanes.count - 1, by: 2).map { (lanes[$0].text ?? "", Int(lanes[$0 + 1].integer)) }
    }
}

extension QueueStatus.Worker {
    fileprivate init(_ row: RedisValue, now: Int64) throws {
        guard case .array(let parts) = row, parts.count == 4, let id = parts[0].text, let description = parts[3].text
        else { throw JobQueueError.unexpected("status") }
        self.init(
            id: WorkerID(rawValue: id), leaseRemaining: .milliseconds(parts[1].integer - now),
            inFlight: Int(parts[2].integer), description: description)
    }
}

extension RedisValue {
    /// The integer in this value, or 0 when it is none.
    fileprivate var integer: Int64 { number ?? 0 }
}
