/// What a reply or a failure means for the contact, and which rule said so.
public struct Classification: Hashable, Sendable {
    /// The new outcome; `nil` when nothing changes and the job is simply given back.
    public var outcome: Outcome?
    public var reason: Reason
    /// The id of the rule that decided, such as `5m`; docs/outcomes.md lists them.
    public var rule: String
    /// How long the server asked us to wait, where it named a delay.
    public var retryAfter: Duration?

    public init(outcome: Outcome?, reason: Reason, rule: String, retryAfter: Duration? = nil) {
        self.outcome = outcome
        self.reason = reason
        self.rule = rule
        self.retryAfter = retryAfter
    }
}
