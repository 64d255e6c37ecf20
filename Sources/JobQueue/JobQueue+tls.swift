public import Delivery
public import NIOCore
internal import RedisClient

extension JobQueue {
    /// The most counts that are kept of a day; what is new after them is counted for all domains together.
    public static let mostTLSCounts = 200_000
    private static let tlsCountsKept = Duration.seconds(14 * 86_400)
    private static let countsOfACall = 250

    /// Adds to what was counted of TLS on this day; two weeks are kept.
    ///
    /// - Returns: What could not be told, or of which nobody knows whether it was; empty when all was.
    public func addTLSCounts(_ entries: [TLSReportEntry]) -> EventLoopFuture<[TLSReportEntry]> {
        var calls: [EventLoopFuture<[TLSReportEntry]>] = []
        for part in entries.parts(of: Self.countsOfACall) {
            var arguments: [RedisArgument] = [
                .init(Self.mostTLSCounts), .init(Self.tlsCountsKept.wholeMilliseconds),
            ]
            for (field, count) in part.flatMap(\.fields) {
                arguments.append(.init(field))
                arguments.append(.init(count))
            }
            calls.append(
                shards[0].evaluate(QueueScripts.tls, arguments).map { _ in [] }
                    .flatMapErrorThrowing { _ in Array(part) })
        }
        return EventLoopFuture.whenAllSucceed(calls, on: redis.eventLoop).map { $0.flatMap(\.self) }
    }

    /// What was counted of TLS on a day, by domain.
    public func tlsCounts(of day: UTCDay) async throws -> [TLSReportEntry] {
        let key = shards[0].keys.tls(day)
        var entries: [TLSReportEntry.Key: TLSReportEntry] = [:]
        var cursor = "0"
        repeat {
            let answer = try await shards[0].command(["HSCAN", .init(key), .init(cursor), "COUNT", "1000"]).get()
            guard case .array(let parts) = answer, parts.count == 2, let next = parts[0].text,
                case .array(let pairs) = parts[1]
            else { throw JobQueueError.unexpected("HSCAN") }
            for i in stride(from: 0, to: pairs.count - 1, by: 2) {
                guard let field = pairs[i].text, let count = pairs[i + 1].text.flatMap({ Int($0) }),
                    let entry = TLSReportEntry(field: field, count: count)
                else { throw JobQueueError.malformed("counts of TLS") }
                entries[entry.key, default: TLSReportEntry(domain: entry.domain, policy: entry.policy)].add(entry)
            }
            cursor = next
        } while cursor != "0"
        return entries.values.sorted { ($0.domain, $0.policy.rawValue) < ($1.domain, $1.policy.rawValue) }
    }
}

extension TLSReportEntry {
    fileprivate struct Key: Hashable {
        var domain: String
        var policy: TLSPolicyType
    }

    fileprivate var key: Key { Key(domain: domain, policy: policy) }

    private static let success = "ok"

    /// Its counts as fields of the day's hash; a space never stands in a name.
    fileprivate var fields: [(field: String, count: Int)] {
        var fields: [(String, Int)] =
            successes > 0 ? [("\(domain) \(policy.rawValue) \(Self.success) -", successes)] : []
        for (failure, count) in failures {
            fields.append(("\(domain) \(policy.rawValue) \(failure.type.rawValue) \(failure.host ?? "-")", count))
        }
        return fields
    }

    /// Reads one field.
    fileprivate init?(field: String, count: Int) {
        let parts = field.split(separator: " ").map(String.init)
        guard parts.count == 4, let policy = TLSPolicyType(rawValue: parts[1]) else { return nil }
        self.init(domain: parts[0], policy: policy)
        if parts[2] == Self.success {
            successes = count
        } else if let type = TLSResultType(rawValue: parts[2]) {
            failures[Failure(type, host: parts[3] == "-" ? nil : parts[3])] = count
        } else {
            return nil
        }
    }
}
