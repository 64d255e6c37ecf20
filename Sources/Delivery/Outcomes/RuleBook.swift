/// The table of outcomes and its word lists, read once from `Table/outcomes.rules` and `Table/outcomes.words`.
///
/// The two files are for people who know mail; the first explains how a rule is written.
struct RuleBook: Sendable {
    /// Postrider's own table, embedded in the program.
    static let standard: RuleBook = {
        do {
            return try RuleBook(
                rules: String(decoding: PackageResources.outcomes_rules, as: UTF8.self),
                words: String(decoding: PackageResources.outcomes_words, as: UTF8.self))
        } catch {
            // The tests read the same two files: a table with a mistake cannot be delivered.
            preconditionFailure("the table of outcomes cannot be read: \(error)")
        }
    }()

    /// Lists whose names begin so say in which phase a relay met a refusal: `phase-rcpt`.
    private static let phasePrefix = "phase-"
    /// Lists by which the class is found where there is no code.
    private static let classLists = ["sounds-temporary", "try-again", "mend-and-try-again"]

    let rules: [OutcomeRule]
    /// The lists in the order of their file, by number.
    let listNames: [String]
    /// What is looked for in texts; the lists of phases and of host names are empty here.
    let words: PhraseIndex
    let hosts: PhraseIndex
    private let phaseWords: PhraseIndex
    /// The lists of phases in their order.
    private let phases: [(phase: DeliveryPhase, list: UInt64)]
    /// The bits of the lists by which the class is found.
    private let temporary, tryAgain, mendAndTryAgain: UInt64

    /// Reads the two files.
    ///
    /// - Throws: ``RuleBookError`` with the line of the first mistake.
    init(rules: String, words: String) throws(RuleBookError) {
        let lists = try WordLists(words)
        let parsed = try RuleParser(lists: lists).parse(rules)
        for name in lists.names where !name.hasPrefix(Self.phasePrefix) && !Self.classLists.contains(name) {
            guard parsed.usedLists.contains(name) else {
                throw RuleBookError(line: 0, problem: "no rule uses the list \"\(name)\"")
            }
        }
        var phases: [(phase: DeliveryPhase, list: UInt64)] = []
        for (number, name) in lists.names.enumerated() where name.hasPrefix(Self.phasePrefix) {
            guard let phase = DeliveryPhase(rawValue: String(name.dropFirst(Self.phasePrefix.count))) else {
                throw RuleBookError(line: 0, problem: "\"\(name)\" names no phase")
            }
            phases.append((phase, 1 << UInt64(number)))
        }
        self.rules = parsed.rules
        self.phases = phases
        let bits = Self.classLists.map { name -> UInt64 in lists.number(of: name).map { 1 << UInt64($0) } ?? 0 }
        (temporary, tryAgain, mendAndTryAgain) = (bits[0], bits[1], bits[2])
        listNames = lists.names
        let isPhase = lists.names.map { $0.hasPrefix(Self.phasePrefix) }
        let isHosts = lists.names.map { parsed.hostLists.contains($0) }
        func index(where isWanted: (Int) -> Bool, make: (String) -> [Phrase]) -> PhraseIndex {
            PhraseIndex(lists.phrases.enumerated().map { isWanted($0.offset) ? $0.element.flatMap(make) : [] })
        }
        self.words = index(where: { !isPhase[$0] && !isHosts[$0] }, make: { Phrase.all(in: $0) })
        hosts = index(where: { isHosts[$0] }, make: { [Phrase(host: $0)] })
        phaseWords = index(where: { isPhase[$0] }, make: { Phrase.all(in: $0) })
    }

    /// The phase that a relaying server names in its report of another server's reply, in the folded untouched text.
    func phaseNamed(in raw: FoldedText) -> DeliveryPhase? {
        let hits = phaseWords.search(raw.bytes)
        guard hits.lists != 0 else { return nil }
        return phases.first { hits.contains(anyOf: $0.list) }?.phase
    }

    /// Whether the words promise another try; "check the address and try again" promises none.
    func soundsTemporary(_ hits: PhraseIndex.Hits) -> Bool {
        hits.contains(anyOf: temporary) || hits.contains(anyOf: tryAgain) && !hits.contains(anyOf: mendAndTryAgain)
    }
}

/// A mistake in the table of outcomes or its word lists.
struct RuleBookError: Error, Hashable, CustomStringConvertible {
    /// Counted from 1; 0 when it concerns the file as a whole.
    var line: Int
    var problem: String

    var description: String { line > 0 ? "line \(line): \(problem)" : problem }
}

/// The word lists as they stand in their file: `[name]`, then phrases separated by commas.
struct WordLists {
    private(set) var names: [String] = []
    private(set) var phrases: [[String]] = []

    init(_ text: String) throws(RuleBookError) {
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            if line.hasPrefix("["), line.hasSuffix("]") {
                let name = String(line.dropFirst().dropLast())
                guard !names.contains(name), names.count < PhraseIndex.mostLists else {
                    throw RuleBookError(
                        line: number + 1, problem: "\"\(name)\" stands there twice, or is one list too many")
                }
                names.append(name)
                phrases.append([])
                continue
            }
            guard !names.isEmpty else {
                throw RuleBookError(line: number + 1, problem: "phrases before the first list")
            }
            for part in line.split(separator: ",") {
                let phrase = part.split(separator: " ").joined(separator: " ")
                guard !phrase.isEmpty else { continue }
                guard !phrases[names.count - 1].contains(phrase) else {
                    throw RuleBookError(line: number + 1, problem: "\"\(phrase)\" stands in the list twice")
                }
                phrases[names.count - 1].append(phrase)
            }
        }
    }

    func number(of name: String) -> Int? { names.firstIndex(of: name) }
}
