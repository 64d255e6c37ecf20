public import Delivery

/// How many contacts have each outcome; as JSON an object with all ten names, in their usual order.
public struct APIOutcomeCounts: Hashable, Sendable, Codable {
    private var counts: [Outcome: Int]

    /// Takes counts by the outcomes' names; what is missing is zero.
    public init(byName counts: [String: Int]) {
        self.counts = [:]
        for outcome in Outcome.allCases { self.counts[outcome] = counts[outcome.name] ?? 0 }
    }

    /// The number of contacts with this outcome.
    public subscript(outcome: Outcome) -> Int { counts[outcome] ?? 0 }

    /// The contacts for which nothing more will be attempted.
    public var permanent: Int { counts.filter(\.key.isPermanent).values.reduce(0, +) }

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(_ outcome: Outcome) { stringValue = outcome.name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        counts = [:]
        for outcome in Outcome.allCases {
            counts[outcome] = try container.decodeIfPresent(Int.self, forKey: Key(outcome)) ?? 0
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for outcome in Outcome.allCases { try container.encode(self[outcome], forKey: Key(outcome)) }
    }
}
