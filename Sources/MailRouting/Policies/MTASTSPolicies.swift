internal import Delivery
internal import Logging

/// Finds the policies of domains, and keeps them (RFC 8461 §3.3, §5.1).
final class MTASTSPolicies: Sendable {
    /// After a fetch that failed the next is not before this (§3.3).
    static let pauseAfterFailure = Duration.seconds(300)

    private let source: any DNSSource
    private let fetcher: any MTASTSFetching
    private let store: MTASTSStore
    private let clock: RouterClock
    private let cacheTimes: ClosedRange<Duration>
    private let reports: TLSReportCounters
    private let logger: Logger

    init(
        source: any DNSSource, fetcher: any MTASTSFetching, store: MTASTSStore, clock: RouterClock,
        cacheTimes: ClosedRange<Duration>, reports: TLSReportCounters, logger: Logger
    ) {
        self.source = source
        self.fetcher = fetcher
        self.store = store
        self.clock = clock
        self.cacheTimes = cacheTimes
        self.reports = reports
        self.logger = logger
    }

    /// The policy of a domain, and for how long that need not be asked again.
    func policy(of domain: String) async -> (policy: MTASTSPolicy?, ttl: Duration) {
        let answer = await source.txt("_mta-sts.\(domain)")
        let kept = store.entry(for: domain).flatMap { entry in entry.policy.map { (entry: entry, policy: $0) } }
        let age = kept.map { clock.wallTime() - $0.entry.fetched } ?? 0
        // A policy holds for its time whatever the DNS says: who can suppress the note must not be able to lift it (§5.1).
        let valid = kept.flatMap { $0.policy.maxAge > age ? $0 : nil }
        let ttl = min(max(answer.ttl, cacheTimes.lowerBound), cacheTimes.upperBound)
        guard let note = MTASTSRecord.only(in: answer.records) else {
            return (valid?.policy, valid.map { min(ttl, .seconds($0.policy.maxAge - age)) } ?? ttl)
        }
        // In the second half of its time it is fetched anew although it is the same, lest it runs out.
        if let valid, valid.entry.id == note.id, age < valid.policy.maxAge / 2 { return (valid.policy, ttl) }
        do throws(MTASTSFetchError) {
            let text = try await fetcher.fetch(domain: domain)
            guard let policy = MTASTSPolicy(parsing: text) else {
                throw MTASTSFetchError(type: .stsPolicyInvalid, message: "the policy is not well-formed")
            }
            keep(MTASTSStore.Entry(id: note.id, fetched: clock.wallTime(), text: text), domain)
            return (policy, min(ttl, .seconds(max(1, policy.maxAge))))
        } catch {
            reports.count(.init(error.type), domain: domain, policy: .sts)
            logger.debug(
                "a policy could not be fetched",
                metadata: ["domain": "\(domain)", "sts.result": "\(error.type.rawValue)", "error": "\(error)"])
            return (valid?.policy, Self.pauseAfterFailure)
        }
    }

    private func keep(_ entry: MTASTSStore.Entry, _ domain: String) {
        do {
            try store.set(entry, for: domain)
        } catch {
            logger.warning("a policy is kept in memory only", metadata: ["domain": "\(domain)", "error": "\(error)"])
        }
    }
}
