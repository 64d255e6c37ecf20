public import MailMessage

/// What was found in a campaign before it is sent, the worst first.
public struct APILint: Hashable, Sendable, Codable {
    public var campaign: String
    public var findings: [LintFinding]

    public init(campaign: String, findings: [LintFinding]) {
        self.campaign = campaign
        self.findings = findings
    }
}
