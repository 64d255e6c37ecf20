internal import ArgumentParser
internal import Dashboard
internal import Delivery

/// `postrider queue tls`: how TLS went with the servers that mail was sent to.
struct QueueTLS: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tls",
        abstract: "Show how TLS went with each domain on one day: sessions, failures and their kinds.",
        discussion: """
            The workers count each connection once for each domain whose mail it carried, or would have; days are in UTC, the last \
            14 are kept, and the newest counts are a few seconds old. With --format json it is a report as RFC 8460 lays it out; \
            nothing is sent to anybody.

            Example:
              postrider queue tls
              postrider queue tls --day 2026-11-26 --domain example.org
              postrider queue tls --format json --organization 'Example Ltd'
            """)

    @Option(help: ArgumentHelp("The day, such as 2026-11-26; today when it is left out.", valueName: "day"))
    var day: String?

    @Option(help: ArgumentHelp("Only this domain; may be given several times.", valueName: "domain"))
    var domain: [String] = []

    @Option(help: ArgumentHelp("Who reports, in the JSON (the coordinator's machine).", valueName: "name"))
    var organization: String?

    @Option(help: ArgumentHelp("Whom to ask about the report, in the JSON (its postmaster).", valueName: "address"))
    var contact: String?

    @OptionGroup var format: FormatOptions
    @OptionGroup var client: ClientOptions

    func validate() throws {
        if let day, UTCDay(day) == nil {
            throw ValidationError("--day: \"\(day)\" is no day; write it as 2026-11-26")
        }
    }

    func run() async throws {
        let query = (day.map { [(name: "day", value: $0)] } ?? []) + domain.map { (name: "domain", value: $0) }
        var report: APITLSReport = try await client.withClient {
            try await $0.get(APIRoute.tls + APIRoute.query(query))
        }
        if let organization { report.organization = organization }
        if let contact { report.contact = contact }
        try format.print(report) { TLSPicture(report).lines.joined(separator: "\n") }
    }
}

/// A day's counts as lines for people.
struct TLSPicture {
    private let report: APITLSReport

    init(_ report: APITLSReport) {
        self.report = report
    }

    var lines: [String] {
        let day = report.dateRange.start.prefix(10)
        guard !report.policies.isEmpty else { return ["nothing was counted on \(day) (UTC)"] }
        var table = Table("domain", "policy", "sessions#", "failed#", "why")
        for policy in report.policies {
            let summary = policy.summary
            table.add(
                policy.policy.domain, policy.policy.type.rawValue,
                NumberText.grouped(summary.successes + summary.failures), NumberText.grouped(summary.failures),
                policy.failures.isEmpty ? "-" : policy.failures.map(Self.words).joined(separator: ", "))
        }
        return ["\(day) (UTC)"] + table.lines
    }

    private static func words(_ failure: APITLSReport.Policy.Failure) -> String {
        "\(failure.type.rawValue)\(failure.host.map { " at \($0)" } ?? ""): \(NumberText.grouped(failure.sessions))"
    }
}
