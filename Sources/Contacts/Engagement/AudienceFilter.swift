public import Delivery

/// Which contacts of a mailing are meant, by what became of their message and what they did with it.
public struct AudienceFilter: Hashable, Sendable {
    /// The statuses in this mailing that count; all when empty.
    public var outcomes: [Outcome] = []
    /// The last statuses, over all mailings, that count; all when empty.
    public var lastOutcomes: [Outcome] = []
    /// Whether they must have done it (true), must not (false), or either (`nil`).
    public var opened: Bool?
    public var clicked: Bool?
    public var started: Bool?
    public var completed: Bool?

    /// Everybody.
    public init() {}

    /// Whom a reminder is for when nothing else is said: who got the message and has not answered the survey to its end.
    public static var usual: AudienceFilter {
        var filter = AudienceFilter()
        filter.outcomes = [.sent]
        filter.completed = false
        return filter
    }

    /// The condition in SQL on a delivery `d`, its contact `c` and what the contact did, `e`.
    ///
    /// - Parameter mailings: an interview counts that was reported by the link of any of these; that of the delivery's own
    ///   mailing alone when there are none.
    func condition(interviewsOf mailings: [Int64] = []) -> String {
        var parts: [String] = []
        if !outcomes.isEmpty { parts.append("d.outcome IN (\(Self.codes(outcomes)))") }
        if !lastOutcomes.isEmpty { parts.append("\(Contact.lastStatusSQL) IN (\(Self.codes(lastOutcomes)))") }
        for (column, wanted) in [("first_opened", opened), ("first_clicked", clicked)] {
            if let wanted { parts.append("e.\(column) IS \(wanted ? "NOT NULL" : "NULL")") }
        }
        for (column, wanted) in [("started", started), ("completed", completed)] {
            if let wanted { parts.append(Self.interview(column, wanted, mailings)) }
        }
        return parts.map { " AND \($0)" }.joined()
    }

    private static func codes(_ outcomes: [Outcome]) -> String {
        outcomes.map { String($0.rawValue) }.joined(separator: ", ")
    }

    private static func interview(_ column: String, _ wanted: Bool, _ mailings: [Int64]) -> String {
        guard mailings.count > 1 else { return "e.\(column) IS \(wanted ? "NOT NULL" : "NULL")" }
        return """
            \(wanted ? "" : "NOT ")EXISTS (
                SELECT 1 FROM deliveries o JOIN engagements x ON x.mailing = o.mailing AND x.ordinal = o.ordinal
                WHERE o.contact = d.contact AND o.mailing IN (\(mailings.map(String.init).joined(separator: ", ")))
                    AND x.\(column) IS NOT NULL)
            """
    }
}

/// As JSON: `{"status": ["Sent"], "lastStatus": ["Deferred"], "opened": true, "completed": false}`, each key optional.
extension AudienceFilter: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case outcomes = "status"
        case lastOutcomes = "lastStatus"
        case opened, clicked, started, completed
    }

    /// Refuses keys that it does not know: one that was misspelt would leave everybody.
    public init(from decoder: any Decoder) throws {
        let known = CodingKeys.allCases.map(\.rawValue)
        if let key = try decoder.firstKey(unknownTo: known) {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "\"\(key)\" is no filter; there are \(known.joined(separator: ", "))"))
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        outcomes = try Self.outcomes(container, .outcomes)
        lastOutcomes = try Self.outcomes(container, .lastOutcomes)
        opened = try container.decodeIfPresent(Bool.self, forKey: .opened)
        clicked = try container.decodeIfPresent(Bool.self, forKey: .clicked)
        started = try container.decodeIfPresent(Bool.self, forKey: .started)
        completed = try container.decodeIfPresent(Bool.self, forKey: .completed)
    }

    private static func outcomes(
        _ container: KeyedDecodingContainer<CodingKeys>, _ key: CodingKeys
    ) throws -> [Outcome] {
        try (container.decodeIfPresent([String].self, forKey: key) ?? []).map { name in
            guard let outcome = Outcome(name: name) else {
                let known = Outcome.allCases.map(\.name).joined(separator: ", ")
                throw DecodingError.dataCorruptedError(
                    forKey: key, in: container,
                    debugDescription: "\"\(name)\" is not a status; there are \(known)")
            }
            return outcome
        }
    }

    /// Writes only what restricts.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        if !outcomes.isEmpty { try container.encode(outcomes.map(\.name), forKey: .outcomes) }
        if !lastOutcomes.isEmpty { try container.encode(lastOutcomes.map(\.name), forKey: .lastOutcomes) }
        try container.encodeIfPresent(opened, forKey: .opened)
        try container.encodeIfPresent(clicked, forKey: .clicked)
        try container.encodeIfPresent(started, forKey: .started)
        try container.encodeIfPresent(completed, forKey: .completed)
    }
}
