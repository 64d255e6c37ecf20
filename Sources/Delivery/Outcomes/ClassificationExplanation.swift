/// Why a reply got its outcome: what was understood of it, the rules that were passed over, and what the one that decided saw.
public struct ClassificationExplanation: Hashable, Sendable {
    /// A test of a rule, as it stands in the table, and the words that it found.
    public struct Finding: Hashable, Sendable {
        /// A line of the rule, such as `says mailbox-full or status x.2.2`.
        public var condition: String
        /// The phrases of its lists that stand in the reply.
        public var words: [Words]
    }

    /// A phrase of a list, and the words of the reply that it was found in.
    public struct Words: Hashable, Sendable {
        public var list: String
        public var phrase: String
        public var found: String
    }

    /// A rule that did not hold, with its conditions that failed.
    public struct PassedRule: Hashable, Sendable {
        public var rule: String
        public var outcome: Outcome?
        public var reason: Reason
        public var failed: [Finding]
    }

    /// The reply code; 0 when there is none.
    public var code: UInt16
    public var status: EnhancedStatusCode?
    /// The class that counts: 4 or 5, or another where the reply is out of place.
    public var replyClass: UInt16
    /// The phase that counts: the one given, or the one that a relay names.
    public var phase: DeliveryPhase
    /// The words that are looked at.
    public var text: String
    public var passed: [PassedRule]
    /// The conditions of the rule that decided.
    public var held: [Finding]
    public var classification: Classification
}

extension OutcomeClassifier {
    /// Judges a reply as ``classify(_:phase:)`` does, and tells how; this takes its time.
    public func explain(_ reply: SMTPReply, phase: DeliveryPhase) -> ClassificationExplanation {
        let prepared = PreparedReply(reply, phase: phase, book)
        var explanation = ClassificationExplanation(
            code: prepared.code, status: prepared.status, replyClass: prepared.replyClass, phase: prepared.phase,
            text: prepared.text.description, passed: [], held: [], classification: Self.success(phase))
        guard !reply.isPositive else { return explanation }
        let decisive = book.rules.firstIndex { $0.matches(prepared) }
        explanation.passed = book.rules[..<(decisive ?? book.rules.count)].map { rule in
            ClassificationExplanation.PassedRule(
                rule: rule.id, outcome: rule.outcome, reason: rule.reason,
                failed: rule.conditions.filter { !$0.holds(prepared) }.map { finding($0, prepared) })
        }
        explanation.held = decisive.map { book.rules[$0].conditions.map { finding($0, prepared) } } ?? []
        explanation.classification = Self.classification(of: prepared, by: decisive.map { book.rules[$0] })
        return explanation
    }

    private func finding(
        _ condition: OutcomeRule.Condition, _ reply: PreparedReply
    ) -> ClassificationExplanation.Finding {
        var words: [ClassificationExplanation.Words] = []
        for term in condition.alternatives.joined() {
            switch term.test {
            case .says(let lists):
                words += reply.words.first.filter { lists & (1 << UInt64($0.list)) != 0 }.map {
                    .init(
                        list: book.listNames[$0.list], phrase: book.words.lists[$0.list][$0.phrase].source,
                        found: reply.text.words(in: $0.range))
                }
            case .names(let lists):
                words += reply.hosts.first.filter { lists & (1 << UInt64($0.list)) != 0 }.map {
                    let host = book.hosts.lists[$0.list][$0.phrase].source
                    return .init(list: book.listNames[$0.list], phrase: host, found: host)
                }
            case .replyClass, .code, .status, .phase:
                continue
            }
        }
        return .init(condition: condition.source, words: words)
    }
}
