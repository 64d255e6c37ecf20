public import Delivery
import GRDB

/// Everything that the book knows about an address.
public struct ContactHistory: Codable, Hashable, Sendable {
    /// The address that was asked for, in its normal form.
    public var address: String
    /// Its rows in all lists.
    public var contacts: [Contact]
    /// Why it is on the suppression list, if it is.
    public var suppression: Suppression?
    /// One for each mailing that it is in, the oldest first.
    public var deliveries: [DeliveryHistory]
}

/// One contact in one mailing: its status, and how it came about.
public struct DeliveryHistory: Codable, Hashable, Sendable {
    public var campaign: String
    public var mailing: String
    /// The contact's number, as in ``Contact/number``.
    public var contact: Int64
    /// The number of the mailing and the contact's place in it, `mailing:ordinal`, as in the queue.
    public var job: String
    /// The name of the status.
    public var status: String
    public var reason: String
    public var attempts: Int
    public var strikes: Int
    /// Why it is held until the campaign's owner decides, if it is.
    public var held: HoldKind?
    /// What the contact did with its message; `nil` for nothing.
    public var engagement: Engagement?
    public var events: [HistoryEvent]
}

/// One line of a history.
public struct HistoryEvent: Codable, Hashable, Sendable {
    /// ISO 8601.
    public var time: String
    /// The name of the outcome.
    public var outcome: String
    public var reason: String
    /// The id of the rule that decided; empty for the first Queued.
    public var rule: String
    public var phase: String
    /// Which attempt, from 1; 0 when nothing was attempted.
    public var attempt: Int
    /// The server's own words.
    public var reply: String
}

extension HistoryEvent {
    /// The first line of a delivery that was queued; it is not stored but follows from the delivery's times.
    init(queuedAt time: UnixTime) {
        self.init(
            time: time.iso8601, outcome: Outcome.queued.name, reason: Reason.waiting.rawValue, rule: "",
            phase: DeliveryPhase.local.rawValue, attempt: 0, reply: "")
    }

    /// The lines of one delivery, in order.
    ///
    /// What came back and moved nothing shows the outcome that stood.
    static func lines(_ rows: [Row]) -> [HistoryEvent] {
        var status = DeliveryStatus.waiting
        return rows.map { row in
            var line = HistoryEvent(row: row)
            guard let outcome = Outcome(rawValue: row[1]), let phase = DeliveryPhase(code: row[4]) else { return line }
            _ = status.absorb(outcome, Reason(rawValue: line.reason), phase: phase)
            if outcome == .queued, phase.isAfterwards { line.outcome = status.outcome.name }
            return line
        }
    }

    private init(row: Row) {
        self.init(
            time: UnixTime(milliseconds: row[0]).iso8601, outcome: Outcome(rawValue: row[1])?.name ?? "",
            reason: row[2],
            rule: row[3], phase: DeliveryPhase(code: row[4])?.rawValue ?? "", attempt: row[5], reply: row[6])
    }
}
