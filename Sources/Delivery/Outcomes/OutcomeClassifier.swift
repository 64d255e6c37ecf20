/// Turns what a server said, or what went wrong, into an outcome, by an ordered table of rules of which the first wins.
///
/// The table is ``standardRules``; docs/outcomes.md explains it to users.
public struct OutcomeClassifier: Sendable {
    /// The classifier with Postrider's own table.
    public static let standard = OutcomeClassifier(rules: standardRules)

    let rules: [OutcomeRule]

    /// Judges a reply given in a phase; a plain success at the final dot costs nothing.
    public func classify(_ reply: SMTPReply, phase: DeliveryPhase) -> Classification {
        if reply.isPositive {
            // Anywhere else a success only means that the next command may follow.
            return Classification(
                outcome: phase == .dot ? .sent : nil, reason: phase == .dot ? .accepted : .waiting, rule: "2x")
        }
        return judge(PreparedReply(reply, phase: phase))
    }

    /// Judges how an attempt ended.
    public func classify(_ result: DeliveryResult) -> Classification {
        switch result {
        case .reply(let reply, let phase): classify(reply, phase: phase)
        case .lostBeforeFinalDot: LocalFinding.connectionLost.classification
        case .lostAfterFinalDot: LocalFinding.inDoubt.classification
        case .notAttempted: LocalFinding.notAttempted.classification
        }
    }

    func judge(_ reply: PreparedReply) -> Classification {
        guard let rule = rules.first(where: { $0.matches(reply) }) else {
            // The table ends with a row for every class; this keeps a shortened table honest.
            return Classification(outcome: .deferred, reason: .temporary, rule: "4d")
        }
        let mayRetry = rule.outcome.map { !$0.isPermanent } ?? true
        return Classification(
            outcome: rule.outcome, reason: rule.reason, rule: rule.id,
            retryAfter: mayRetry ? NamedDelay.find(in: reply.text) : nil)
    }
}
