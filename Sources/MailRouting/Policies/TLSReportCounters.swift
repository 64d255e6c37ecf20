public import Delivery
internal import Synchronization

/// Counts, for each domain that receives mail, how TLS went: what a report under RFC 8460 is made of.
public final class TLSReportCounters: Sendable {
    private struct Key: Hashable {
        var domain: String
        var policy: TLSPolicyType
    }

    private let limit: Int
    private let entries = Mutex<[Key: TLSReportEntry]>([:])

    /// Makes counters for so many domains; what concerns further ones is counted together under `TLSReportEntry.others`.
    public init(limit: Int = 20_000) {
        self.limit = limit
    }

    /// Counts a session; `nil` is a success.
    public func count(_ failure: TLSReportEntry.Failure?, domain: String, policy: TLSPolicyType) {
        var entry = TLSReportEntry(domain: domain, policy: policy)
        if let failure { entry.failures[failure] = 1 } else { entry.successes = 1 }
        add([entry])
    }

    /// Adds what was counted elsewhere, or taken out and could not be handed on.
    public func add(_ counted: [TLSReportEntry]) {
        entries.withLock { entries in
            for new in counted {
                var key = Key(domain: new.domain, policy: new.policy)
                if entries[key] == nil, entries.count >= limit { key.domain = TLSReportEntry.others }
                entries[key, default: TLSReportEntry(domain: key.domain, policy: key.policy)].add(new)
            }
        }
    }

    /// What was counted so far, by domain.
    public func snapshot() -> [TLSReportEntry] { Self.sorted(entries.withLock { $0 }) }

    /// What was counted since the last time this was asked, by domain.
    public func drain() -> [TLSReportEntry] {
        Self.sorted(
            entries.withLock { entries in
                defer { entries = [:] }
                return entries
            })
    }

    private static func sorted(_ entries: [Key: TLSReportEntry]) -> [TLSReportEntry] {
        entries.values.sorted { ($0.domain, $0.policy.rawValue) < ($1.domain, $1.policy.rawValue) }
    }
}
