public import Delivery
internal import NIOCore
internal import RedisClient

extension JobQueue {
    /// The live picture: what is waiting, due and in flight, and which workers are alive.
    ///
    /// - Parameter laneLimit: The most lanes to look at per mailing.
    public func status(of mailings: [MailingID], laneLimit: Int = 1000) async throws -> QueueStatus {
        let answer = try await evaluate(
            QueueScripts.status, [.init(laneLimit)] + mailings.map { .init(Int($0.rawValue)) }
        ).get()
        guard case .array(let parts) = answer, parts.count == 5, case .integer(let now) = parts[0],
            case .array(let mailingRows) = parts[1], case .array(let workerRows) = parts[2],
            case .array(let dueRow) = parts[3], case .integer(let unbooked) = parts[4]
        else { throw JobQueueError.unexpected("status") }
        return QueueStatus(
            time: UnixTime(milliseconds: now),
            mailings: try mailingRows.map(Self.mailing(_:)),
            workers: try workerRows.map { try Self.worker($0, now: now) },
            due: stride(from: 0, to: dueRow.count - 1, by: 2).map {
                (UnixTime(milliseconds: dueRow[$0].integer * 1000), Int(dueRow[$0 + 1].integer))
            },
            unbookedEntries: Int(unbooked))
    }

    /// How many entries of the outcome stream are not in the book yet.
    public func unbookedEntries() async throws -> Int {
        Int(try await redis.submit(["XLEN", .init(keys.outcomes)]).get().integer)
    }

    /// What Redis says of itself in one section of `INFO`, such as `memory`.
    public func information(section: String) async throws -> [String: String] {
        let text = try await redis.submit(["INFO", .init(section)]).get().text ?? ""
        var values: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            values[String(line[..<colon])] = String(line[line.index(after: colon)...])
        }
        return values
    }

    private static func mailing(_ row: RedisValue) throws -> QueueStatus.Mailing {
        guard case .array(let parts) = row, parts.count == 8, let id = parts[0].text.flatMap({ UInt32($0) }),
            let state = parts[1].text, case .array(let lanes) = parts[7]
        else { throw JobQueueError.unexpected("status") }
        let sites = stride(from: 0, to: lanes.count - 1, by: 2).map {
            (site: lanes[$0].text ?? "", waiting: Int(lanes[$0 + 1].integer))
        }
        return QueueStatus.Mailing(
            id: MailingID(rawValue: id), state: state, waiting: Int(parts[2].integer), due: Int(parts[3].integer),
            settled: Int(parts[4].integer), cursor: UInt32(clamping: parts[5].integer),
            laneCount: Int(parts[6].integer), sites: sites.sorted { $0.waiting > $1.waiting })
    }

    private static func worker(_ row: RedisValue, now: Int64) throws -> QueueStatus.Worker {
        guard case .array(let parts) = row, parts.count == 4, let id = parts[0].text, let description = parts[3].text
        else { throw JobQueueError.unexpected("status") }
        return QueueStatus.Worker(
            id: WorkerID(rawValue: id), leaseRemaining: .milliseconds(parts[1].integer - now),
            inFlight: Int(parts[2].integer), description: description)
    }
}

extension RedisValue {
    /// The integer in this value, or 0 when it is none.
    fileprivate var integer: Int64 { number ?? 0 }
}
