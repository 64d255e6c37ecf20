/// The verdict of an audit: every check, and what does not add up by name.
public struct AuditReport: Codable, Hashable, Sendable {
    /// Whether everything adds up.
    public var isBalanced: Bool { checks.allSatisfy(\.ok) }
    public var checks: [AuditCheck] = []

    enum CodingKeys: String, CodingKey {
        case balanced, checks
    }

    init() {}

    public init(from decoder: any Decoder) throws {
        checks = try decoder.container(keyedBy: CodingKeys.self).decode([AuditCheck].self, forKey: .checks)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(isBalanced, forKey: .balanced)
        try container.encode(checks, forKey: .checks)
    }
}

/// One comparison of an audit.
public struct AuditCheck: Codable, Hashable, Sendable {
    /// The most findings that one check lists.
    static let listed = 20

    /// What it is about: `campaign/mailing`, or `book`.
    public var scope: String
    /// What is compared, as a phrase.
    public var name: String
    public var expected: Int
    public var actual: Int
    public var ok: Bool
    /// The first deliveries that do not add up (`mailing:ordinal`), and how.
    public var findings: [String] = []

    /// A check that two numbers are equal.
    init(_ scope: String, _ name: String, expected: Int, actual: Int) {
        self.scope = scope
        self.name = name
        self.expected = expected
        self.actual = actual
        ok = expected == actual
    }

    /// A check of every delivery: how many there are, and how many of them are as they should be.
    init(_ scope: String, _ name: String, of total: Int, wrong: Int, findings: [String]) {
        self.init(scope, name, expected: total, actual: total - wrong)
        self.findings = findings
    }
}
