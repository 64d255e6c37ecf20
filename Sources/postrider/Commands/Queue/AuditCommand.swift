internal import ArgumentParser
internal import Contacts
internal import Dashboard

/// `postrider audit`: whether everything adds up.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Prove that every contact, charge and history is in its place.",
        discussion: """
            Counts everything in the contact book again and replays every history. Exits 0 only if everything adds up; otherwise \
            names what does not, and exits 1.

            Example:
              postrider audit spring
            """)

    @Argument(help: "A campaign; all of them when none is named.")
    var name: String?

    @OptionGroup var mailing: MailingOption
    @OptionGroup var format: FormatOptions
    @OptionGroup var client: ClientOptions

    func validate() throws {
        guard name != nil || mailing.mailing == nil else { throw ValidationError("name the campaign of the mailing") }
    }

    func run() async throws {
        let query = APIRoute.query((name.map { [(name: "campaign", value: $0)] } ?? []) + mailing.parameters)
        let report: AuditReport = try await client.withClient { try await $0.get(APIRoute.audit + query) }
        try format.print(report) { Self.text(report) }
        if !report.isBalanced { throw ExitCode.failure }
    }

    private static func text(_ report: AuditReport) -> String {
        var scopes: [String] = []
        for check in report.checks where scopes.last != check.scope { scopes.append(check.scope) }
        var table = Table("about", "checks#", "verdict")
        for scope in scopes {
            let checks = report.checks.filter { $0.scope == scope }
            let wrong = checks.filter { !$0.ok }.count
            table.add(scope, String(checks.count), wrong == 0 ? "right" : "\(wrong) WRONG")
        }
        var lines = table.lines + [""]
        let wrong = report.checks.filter { !$0.ok }
        for check in wrong {
            lines.append(
                "\(check.scope): \(check.name): expected \(NumberText.grouped(check.expected)), found "
                    + NumberText.grouped(check.actual))
            lines += check.findings.map { "  \($0)" }
        }
        lines.append(
            wrong.isEmpty ? "Everything adds up." : "\(wrong.count) of \(report.checks.count) checks do not add up.")
        return lines.joined(separator: "\n")
    }
}
