internal import ArgumentParser
internal import Dashboard
internal import MailMessage

/// `postrider campaign check`: what should be looked at before a campaign is sent.
struct CampaignCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Look a campaign over before it is sent.",
        discussion: """
            Looks for what makes receivers refuse mail and readers stumble: no way to unsubscribe, fields that no contact has, broken \
            HTML, missing files, links without TLS, a doubtful subject, too large a message, and a sender's domain without SPF, DKIM \
            or DMARC. Each finding has a name, a place and a remedy. Exits 1 if one of them is an error.

            The selectors of the DKIM keys are those of the configuration file, if this machine has the workers', and of --selector.

            Example:
              postrider campaign check spring --selector 2026r --selector 2026e
            """)

    @Argument(help: "The campaign's name.")
    var name: String

    @OptionGroup var mailing: MailingOption

    @Option(
        help: ArgumentHelp("The selector of a DKIM key of the workers; may be given several times.", valueName: "name"))
    var selector: [String] = []

    @OptionGroup var format: FormatOptions
    @OptionGroup var client: ClientOptions

    func run() async throws {
        let selectors = Set(try client.configuration.settings().dkim.map(\.selector)).union(selector).sorted()
        let path = APIRoute.check(name) + APIRoute.query(mailing.parameters + selectors.map { ("selector", $0) })
        let report: APILint = try await client.withClient { try await $0.get(path) }
        try format.print(report) {
            guard !report.findings.isEmpty else { return "Nothing to mend in campaign \(report.campaign)." }
            return report.findings.map { finding in
                "\(finding.severity.rawValue) \(finding.rule) (\(finding.place)): \(finding.message)\n  → \(finding.remedy)"
            }.joined(separator: "\n")
        }
        guard !report.findings.contains(where: { $0.severity == .error }) else { throw ExitCode.failure }
    }
}
