/// One line of a contact's history: what an attempt (or a local check) made of its status, and why.
public struct StatusChange: Hashable, Sendable {
    public var job: DeliveryJob.ID
    public var time: UnixTime
    public var outcome: Outcome
    public var reason: Reason
    /// The id of the rule in the table of outcomes that decided, such as `5m`.
    public var rule: String
    public var phase: DeliveryPhase
    /// Which attempt this was, from 1; 0 when nothing was attempted.
    public var attempt: UInt16
    /// The server's own words, raw, its lines joined by newlines; empty when no server spoke.
    public var reply: String

    public init(
        job: DeliveryJob.ID, time: UnixTime, outcome: Outcome, reason: Reason, rule: String, phase: DeliveryPhase,
        attempt: UInt16, reply: String
    ) {
        self.job = job
        self.time = time
        self.outcome = outcome
        self.reason = reason
        self.rule = rule
        self.phase = phase
        self.attempt = attempt
        self.reply = reply
    }
}
