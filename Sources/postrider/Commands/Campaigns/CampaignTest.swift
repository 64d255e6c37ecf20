internal import ArgumentParser
internal import CampaignCoordinator
internal import Dashboard
internal import Delivery

/// `postrider campaign test`: the real message to a tester.
struct CampaignTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Send the real message to a tester, and print what became of it.",
        discussion: """
            The message takes the path of all others: queue, worker, signature, relay. It is written with the fields of a contact of \
            the list and goes to the tester's address; statistics, licences and the suppression list are not touched, and its links \
            belong to nobody. The campaign may be a draft. Exits 0 if it was sent.

            Example:
              postrider campaign test spring --to me@example.org
              postrider campaign test spring --to me@example.org --contact ann@example.org
            """)

    @Argument(help: "The campaign's name.")
    var name: String

    @Option(help: ArgumentHelp("The tester.", valueName: "address"))
    var to: String

    @Option(help: ArgumentHelp("The contact whose fields it shows (the first of the list).", valueName: "address"))
    var contact: String?

    @Option(help: ArgumentHelp("How long to wait for its outcome, up to 5m (60s).", valueName: "time"))
    var timeout = "60s"

    @OptionGroup var mailing: MailingOption
    @OptionGroup var format: FormatOptions
    @OptionGroup var client: ClientOptions

    func validate() throws { _ = try limit() }

    func run() async throws {
        let order = APITest(to: to, contact: contact, timeoutSeconds: Int(try limit().components.seconds))
        let report: TestReport = try await client.withClient {
            try await $0.post(APIRoute.campaign(name, action: "test") + mailing.query, order)
        }
        try format.print(report) {
            guard let outcome = report.outcome else {
                return
                    "No worker has sent it within \(timeout), and it is taken back. Why not, the workers say: postrider queue status"
            }
            let words = report.reply.map { ": \($0)" } ?? ""
            let fields = report.contact.map { " with the fields of \($0)" } ?? ""
            return "\(outcome) (\(report.reason ?? "")) to \(report.to)\(fields)\(words)"
        }
        guard report.outcome == Outcome.sent.name else { throw ExitCode.failure }
    }

    private func limit() throws -> Duration {
        guard let limit = try? Duration(parsing: timeout), limit >= .seconds(1), limit <= .seconds(300) else {
            throw ValidationError("--timeout: \"\(timeout)\" is not a time from 1s to 5m")
        }
        return limit
    }
}
