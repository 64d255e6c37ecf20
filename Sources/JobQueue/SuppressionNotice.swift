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
