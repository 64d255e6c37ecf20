internal import Delivery

/// What `postrider classify --explain` prints: what was understood, the rule that decided, and the rules passed over.
struct ClassifyExplanation: Encodable {
    /// A condition of a rule, and the words of the reply that its lists found.
    struct Finding: Encodable {
        struct Words: Encodable {
            let list: String
            let phrase: String
            let found: String
        }

        let condition: String
        let words: [Words]

        init(_ finding: ClassificationExplanation.Finding) {
            condition = finding.condition
            words = finding.words.map { Words(list: $0.list, phrase: $0.phrase, found: $0.found) }
        }

        /// `says policy [policy: "denied"]`.
        var text: String {
            guard !words.isEmpty else { return condition }
            return "\(condition) [\(words.map { "\($0.list): \"\($0.phrase)\"" }.joined(separator: "; "))]"
        }
    }

    struct PassedRule: Encodable {
        let rule: String
        let outcome: String?
        let reason: String
        let failed: [Finding]
    }

    let outcome: String?
    let reason: String
    let rule: String
    /// The delay that the server named, in seconds.
    let retryAfter: Int64?
    let code: UInt16?
    let status: String?
    let `class`: UInt16
    let phase: String
    let text: String
    let matched: [Finding]
    let passed: [PassedRule]

    init(_ explanation: ClassificationExplanation) {
        let classification = explanation.classification
        outcome = classification.outcome?.name
        reason = classification.reason.rawValue
        rule = classification.rule
        retryAfter = classification.retryAfter?.components.seconds
        code = explanation.code == 0 ? nil : explanation.code
        status = explanation.status?.description
        self.class = explanation.replyClass
        phase = explanation.phase.rawValue
        text = explanation.text
        matched = explanation.held.map(Finding.init)
        passed = explanation.passed.map {
            PassedRule(
                rule: $0.rule, outcome: $0.outcome?.name, reason: $0.reason.rawValue,
                failed: $0.failed.map(Finding.init))
        }
    }

    /// The same for people.
    var page: String {
        var lines = [
            "\(outcome ?? "no change") / \(reason), by rule \(rule)", "",
            "code      \(code.map(String.init) ?? "none")",
            "status    \(status ?? "none")",
            "class     \(self.class)",
            "phase     \(phase)",
            "words     \(text.isEmpty ? "none" : text)",
        ]
        if let retryAfter { lines.append("delay     \(retryAfter) s, as the server asks") }
        for (number, finding) in matched.enumerated() {
            lines.append("\(number == 0 ? "matched" : "and    ")   \(finding.condition)")
            lines += finding.words.map { "            \($0.list): \"\($0.phrase)\" in \"\($0.found)\"" }
        }
        guard !passed.isEmpty else { return lines.joined(separator: "\n") }
        var table = Table("passed", "would be", "what failed")
        for rule in passed {
            table.add(
                rule.rule, "\(rule.outcome ?? "no change") / \(rule.reason)",
                rule.failed.map(\.text).joined(separator: ", "))
        }
        return (lines + [""] + table.lines).joined(separator: "\n")
    }
}
