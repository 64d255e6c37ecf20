/// Turns what a server said, or what went wrong, into an outcome, by an ordered table of rules of which the first wins.
///
/// The table is `Table/outcomes.rules`; docs/outcomes.md explains it to users.
public struct OutcomeClassifier: Sendable {
    /// The classifier with Postrider's own table.
    public static let standard = OutcomeClassifier(book: .standard)

    let book: RuleBook

    /// Judges a reply given in a phase; a plain success at the final dot costs nothing.
    public func classify(_ reply: SMTPReply, phase: DeliveryPhase) -> Classification {
        if reply.isPositive { return Self.success(phase) }
        let prepared = PreparedReply(reply, phase: phase, book)
        return Self.classification(of: prepared, by: book.rules.first { $0.matches(prepared) })
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

    /// Anywhere but at the final dot a success only means that the next command may follow.
    static func success(_ phase: DeliveryPhase) -> Classification {
        Classification(outcome: phase == .dot ? .sent : nil, reason: phase == .dot ? .accepted : .waiting, rule: "2x")
    }

    static func classification(of reply: PreparedReply, by rule: OutcomeRule?) -> Classification {
        guard let rule else {
            // The table ends with a rule for every class; this keeps a shortened table honest.
            return Classification(outcome: .deferred, reason: .temporary, rule: "4d")
        }
        let mayRetry = rule.outcome.map { !$0.isPermanent } ?? true
        return Classification(
            outcome: rule.outcome, reason: rule.reason, rule: rule.id,
            retryAfter: mayRetry ? NamedDelay.find(in: reply.text) : nil)
    }
}
