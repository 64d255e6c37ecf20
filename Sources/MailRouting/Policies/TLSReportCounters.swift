internal import Synchronization

/// Counts, for each domain that receives mail, how TLS went: what a report under RFC 8460 is made of.
public final class TLSReportCounters: Sendable {
    /// The counts of one domain under one kind of policy.
    public struct Entry: Sendable, Hashable {
        public var domain: String
        public var policy: PolicyType
        public var successes = 0
        public var failures: [TLSResultType: Int] = [:]
    }

    /// The kind of policy that applied (RFC 8460 §4.2).
    public enum PolicyType: String, Sendable, Hashable, CaseIterable {
        case tlsa
        case sts
        case none = "no-policy-found"
    }

    private struct Key: Hashable {
        var domain: String
        var policy: PolicyType
    }

    /// The name under which domains are counted once there are too many.
    public static let others = "*"

    private let limit: Int
    private let entries = Mutex<[Key: Entry]>([:])

    /// Makes counters for so many domains; what concerns further ones is counted together under ``others``.
    public init(limit: Int = 20_000) {
        self.limit = limit
    }

    /// Counts a session; `nil` is a success.
    public func count(_ failure: TLSResultType?, domain: String, policy: PolicyType) {
        entries.withLock { entries in
            var key = Key(domain: domain, policy: policy)
            if entries[key] == nil, entries.count >= limit { key.domain = Self.others }
            var entry = entries[key] ?? Entry(domain: key.domain, policy: policy)
            if let failure { entry.failures[failure, default: 0] += 1 } else { entry.successes += 1 }
            entries[key] = entry
        }
    }

    /// What was counted so far, by domain.
    public func snapshot() -> [Entry] { Self.sorted(entries.withLock { $0 }) }

    /// What was counted since the last time this was asked, by domain.
    public func drain() -> [Entry] {
        Self.sorted(
            entries.withLock { entries in
                defer { entries = [:] }
                return entries
            })
    }

    private static func sorted(_ entries: [Key: Entry]) -> [Entry] {
        entries.values.sorted { ($0.domain, $0.policy.rawValue) < ($1.domain, $1.policy.rawValue) }
    }
}
