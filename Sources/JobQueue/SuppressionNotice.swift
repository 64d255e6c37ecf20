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

    /// - Parameter entries: Addresses, each with why; anything else says that too much is new.
    init(told: Int, entries: [String?]) {
        self.told = told
        guard entries.count.isMultiple(of: 2) else { return }
        var notices: [String: SuppressionNotice] = [:]
        for index in stride(from: 0, to: entries.count, by: 2) {
            guard let address = entries[index],
                let notice = entries[index + 1].flatMap(SuppressionNotice.init(stored:))
            else { return }
            notices[address] = notice
        }
        self.notices = notices
    }
}
