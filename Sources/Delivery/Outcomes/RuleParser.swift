/// Reads the rules of the table of outcomes; `Table/outcomes.rules` explains how they are written.
struct RuleParser {
    let lists: WordLists
    private(set) var rules: [OutcomeRule] = []
    private(set) var usedLists: Set<String> = []
    /// Lists of host names: those of the test `names`.
    private(set) var hostLists: Set<String> = []

    init(lists: WordLists) {
        self.lists = lists
    }

    func parse(_ text: String) throws(RuleBookError) -> Self {
        var parser = self
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            do throws(Problem) {
                if line.hasPrefix(" ") {
                    try parser.addCondition(line)
                } else {
                    try parser.addRule(line)
                }
            } catch {
                throw RuleBookError(line: index + 1, problem: error.text)
            }
        }
        if let empty = parser.rules.first(where: \.conditions.isEmpty) {
            throw RuleBookError(line: 0, problem: "rule \(empty.id) has no condition")
        }
        return parser
    }

    private struct Problem: Error {
        var text: String
    }

    private mutating func addRule(_ line: Substring) throws(Problem) {
        let words = line.split(separator: " ", maxSplits: 1)
        let sides = (words.last ?? "").split(separator: "/").map { $0.split(separator: " ").joined(separator: " ") }
        guard words.count == 2, sides.count == 2 else {
            throw Problem(text: "a rule is written \"ID  Outcome / reason\"")
        }
        let outcome = Outcome(name: sides[0])
        guard outcome != nil || sides[0] == "no change" else { throw Problem(text: "\"\(sides[0])\" is no outcome") }
        rules.append(OutcomeRule(id: String(words[0]), outcome: outcome, reason: Reason(rawValue: sides[1])))
    }

    private mutating func addCondition(_ line: Substring) throws(Problem) {
        guard !rules.isEmpty else { throw Problem(text: "a condition before the first rule") }
        let words = line.split(separator: " ").map(String.init)
        var alternatives: [[OutcomeRule.Term]] = []
        for alternative in words.split(separator: "or") {
            var terms: [OutcomeRule.Term] = []
            for term in alternative.split(separator: "and") { terms.append(try self.term(Array(term))) }
            alternatives.append(terms)
        }
        rules[rules.count - 1].conditions.append(
            .init(alternatives: alternatives, source: words.joined(separator: " ")))
    }

    private mutating func term(_ words: [String]) throws(Problem) -> OutcomeRule.Term {
        let isNegated = words.first == "not"
        let test = isNegated ? words.dropFirst() : words[...]
        let values = test.dropFirst().joined().split(separator: ",").map(String.init)
        guard let name = test.first, !values.isEmpty else { throw Problem(text: "a test without its values") }
        return OutcomeRule.Term(
            isNegated: isNegated, test: try self.test(name, values), source: words.joined(separator: " "))
    }

    private mutating func test(_ name: String, _ values: [String]) throws(Problem) -> OutcomeRule.Test {
        let numbers = values.filter { $0 != "none" }
        switch name {
        case "class":
            var classes: OutcomeRule.ReplyClasses = []
            for value in values {
                guard let one = Self.classes[value] else { throw Problem(text: "there is no class \(value)") }
                classes.insert(one)
            }
            return .replyClass(classes)
        case "code":
            return .code(try map(numbers, Self.range), orNone: numbers.count < values.count)
        case "status":
            return .status(try map(numbers, Self.status), orNone: numbers.count < values.count)
        case "phase":
            let phases = try map(values) { DeliveryPhase(rawValue: $0) }
            return .phase(phases.reduce(0) { $0 | 1 << UInt16($1.code) })
        case "says":
            return .says(try bits(values))
        case "names":
            hostLists.formUnion(values)
            return .names(try bits(values))
        default:
            throw Problem(text: "there is no test \"\(name)\"")
        }
    }

    private static let classes: [String: OutcomeRule.ReplyClasses] = [
        "4": .temporary, "5": .permanent, "other": .other,
    ]

    private func map<Value>(_ texts: [String], _ read: (String) -> Value?) throws(Problem) -> [Value] {
        var values: [Value] = []
        for text in texts {
            guard let value = read(text) else { throw Problem(text: "\"\(text)\" is not understood") }
            values.append(value)
        }
        return values
    }

    private mutating func bits(_ names: [String]) throws(Problem) -> UInt64 {
        var bits: UInt64 = 0
        for name in names {
            guard let number = lists.number(of: name) else { throw Problem(text: "there is no list \"\(name)\"") }
            usedLists.insert(name)
            bits |= 1 << UInt64(number)
        }
        return bits
    }

    /// `450` or `450-452`.
    private static func range(_ text: String) -> ClosedRange<UInt16>? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
        guard ends.count <= 2, let first = ends.first, let low = first, let last = ends.last, let high = last,
            low <= high
        else { return nil }
        return low...high
    }

    /// `x.7.*`, `x.7.20` or `x.7.20-26`.
    private static func status(_ text: String) -> OutcomeRule.StatusPattern? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "x", let subject = UInt16(parts[1]) else { return nil }
        if parts[2] == "*" { return .init(subject: subject, details: nil) }
        return range(String(parts[2])).map { .init(subject: subject, details: $0) }
    }
}
