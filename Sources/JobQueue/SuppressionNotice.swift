public import Delivery

/// Why an address gets no mail: the outcome and the reason that put it on the suppression list.
public struct SuppressionNotice: Hashable, Sendable {
    public var outcome: Outcome
    public var reason: Reason

    public init(outcome: Outcome, reason: Reason) {
        self.outcome = outcome
        self.reason = reason
    }

    var stored: String { "\(outcome.rawValue) \(reason)" }

    init?(stored: String) {
        let parts = stored.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let outcome = UInt8(parts[0]).flatMap(Outcome.init(rawValue:)) else { return nil }
        self.init(outcome: outcome, reason: Reason(rawValue: String(parts[1])))
    }
}

/// What a worker hears of suppressions while it has jobs that it claimed before.
public struct SuppressionNews: Hashable, Sendable {
    /// How many suppressions have been told of so far: what to ask with the next time.
    public var told: Int
    /// What is new, by address in its comparison form; `nil` when too much is, and all jobs must be looked up.
    public var notices: [String: SuppressionNotice]?

    init(told: Int, entries: [String?]) {
        self.told = told
        var notices: [String: SuppressionNotice] = [:]
        for entry in entries {
            guard let parts = entry?.split(separator: "\n", maxSplits: 1), parts.count == 2,
                let notice = SuppressionNotice(stored: String(parts[0]))
            else { return }
            notices[String(parts[1])] = notice
        }
        self.notices = notices
    }
}
