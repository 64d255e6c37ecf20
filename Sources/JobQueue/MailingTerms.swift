public import Delivery

/// On what terms a mailing is served, beside its content.
public struct MailingTerms: Sendable, Hashable {
    /// Its share among the mailings that are served at the same time.
    public var weight = 1
    public var inDoubt = InDoubtPolicy.resend
    /// When it is served: the next times at which it opens and closes, in order; always when there are none.
    public var openings: [Opening] = []
    /// The most messages an hour, evenly spread; any number when `nil`.
    public var quotaPerHour: Int?

    /// A time during which a mailing is served.
    public struct Opening: Sendable, Hashable {
        public var opens: UnixTime
        public var closes: UnixTime

        public init(opens: UnixTime, closes: UnixTime) {
            self.opens = opens
            self.closes = closes
        }
    }

    public init() {}

    /// The quota as a rate for each shard, which gets a part of it by the jobs that it has; `nil` where there is no quota.
    ///
    /// A minute's worth may go at once and the rest of the hour's evenly, so that no hour has more than allowed. The parts are
    /// whole messages; a shard that gets none looks again after a minute.
    func quotas(over pending: [Int]) -> [(interval: Double, burst: Int)?] {
        guard let quotaPerHour else { return pending.map { _ in nil } }
        return Self.parts(of: quotaPerHour, by: pending).map { part in
            guard part > 0 else { return (60_000, 0) }
            let burst = max(1, part / 60)
            return (3_600_000 / Double(part - burst + 1), burst)
        }
    }

    /// Cuts a number into whole parts by weight, the largest remainders first.
    private static func parts(of total: Int, by weights: [Int]) -> [Int] {
        let weights = weights.contains { $0 > 0 } ? weights.map { max(0, $0) } : weights.map { _ in 1 }
        let exact = weights.map { Double(total) * Double($0) / Double(weights.reduce(0, +)) }
        var parts = exact.map { Int($0) }
        let byRemainder = exact.indices.sorted { exact[$0] - Double(parts[$0]) > exact[$1] - Double(parts[$1]) }
        for index in byRemainder.prefix(total - parts.reduce(0, +)) { parts[index] += 1 }
        return parts
    }
}
