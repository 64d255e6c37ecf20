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

    @OptionGroup var format: FormatOptions
    @OptionGroup var client: ClientOptions

    func run() async throws {
        let query = APIRoute.query(name.map { [(name: "campaign", value: $0)] } ?? [])
        let report: AuditReport = try await client.withClient { try await $0.get(APIRoute.audit + query) }
        try format.print(report) { Self.text(report) }
        if !report.isBalanced { throw ExitCode.failure }
    }

    private static func text(_ report: AuditReport) -> String {
        var table = Table("", "about", "check", "expected#", "found#")
        for check in report.checks {
            table.add(
                check.ok ? "ok" : "WRONG", check.scope, check.name, NumberText.grouped(check.expected),
                NumberText.grouped(check.actual))
        }
        var lines = table.isEmpty ? [] : table.lines
        let wrong = report.checks.filter { !$0.ok }
        for check in wrong {
            lines += ["", "\(check.scope): \(check.name): expected \(check.expected), found \(check.actual)"]
            lines += check.findings.map { "  \($0)" }
        }
        lines += [
            "",
            wrong.isEmpty
                ? "Everything adds up." : "\(wrong.count) of \(report.checks.count) checks do not add up.",
        ]
        return lines.joined(separator: "\n")
    }
}
