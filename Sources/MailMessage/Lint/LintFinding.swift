/// Something about a campaign that its owner should look at before it is sent.
public struct LintFinding: Hashable, Sendable, Codable {
    public enum Severity: String, Sendable, Codable, CaseIterable, Comparable {
        /// It should not be sent like this.
        case error
        /// It may be meant so, and costs readers or reputation.
        case warning
        /// Something that could not be looked at.
        case note

        public static func < (left: Self, right: Self) -> Bool {
            allCases.firstIndex(of: left) ?? 0 < allCases.firstIndex(of: right) ?? 0
        }
    }

    /// The name of the rule, which never changes.
    public var rule: String
    public var severity: Severity
    /// Where it is, such as `subject` or `html, line 3`.
    public var place: String
    public var message: String
    /// What to do about it.
    public var remedy: String

    init(_ rule: String, _ severity: Severity, _ place: String, _ message: String, remedy: String) {
        self.rule = rule
        self.severity = severity
        self.place = place
        self.message = message
        self.remedy = remedy
    }
}
