internal import ArgumentParser
internal import CampaignCoordinator
internal import Dashboard
internal import Delivery

/// `postrider campaign in-doubt`: messages that may or may not have gone.
struct CampaignInDoubt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "in-doubt", abstract: "List the contacts whose message may or may not have gone.",
        discussion: """
            Of a campaign created with --in-doubt hold: its worker died, or lost the connection, between the end of the message and \
            the server's answer. The contacts keep their status until you decide with postrider campaign resolve.

            Example:
              postrider campaign in-doubt spring --format csv > in-doubt.csv
            """)

    @Argument(help: "The campaign's name.")
    var name: String

    @OptionGroup var mailing: MailingOption

    @Option(help: "How to print: text for people, json or csv for programs.")
    var format: HeldFormat = .text

    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.withClient { client in
            var list = HeldList(kind: .inDoubt, format: format, client: client)
            try await list.print(name, mailing)
            list.end {
                "Send them again with: postrider campaign resolve \($0) --resend\n"
                    + "Or count them as sent:  postrider campaign resolve \($0) --sent"
            }
        }
    }
}

/// `postrider campaign resolve`: what becomes of messages in doubt.
struct CampaignResolve: AsyncParsableCommand {
    /// What the owner decides.
    enum Decision: String, EnumerableFlag {
        case resend, sent

        static func help(for value: Self) -> ArgumentHelp? {
            switch value {
            case .resend: "Send them again, with the same Message-ID."
            case .sent: "They have gone: the contacts are Sent, and their licences are charged."
            }
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "resolve", abstract: "Decide about messages in doubt: send them again, or count them as sent.",
        discussion: """
            Without addresses, about all that are in doubt. An address that is not in doubt is refused, and nothing is done then.

            Example:
              postrider campaign resolve spring --resend
              postrider campaign resolve spring --sent ann@example.org bob@example.org
            """)

    @Argument(help: "The campaign's name.")
    var name: String

    @Argument(help: "The contacts that are meant; all that are in doubt when none is named.")
    var addresses: [String] = []

    @Flag var decision: Decision

    @OptionGroup var mailing: MailingOption
    @OptionGroup var format: FormatOptions
    @OptionGroup var client: ClientOptions

    func run() async throws {
        let order = APIHoldDecision(
            kind: .inDoubt, decision: decision == .resend ? .resend : .sent,
            addresses: addresses.isEmpty ? nil : addresses)
        let report: HoldReport = try await client.withClient {
            try await $0.post(APIRoute.held(name) + mailing.query, order)
        }
        try format.print(report) {
            HoldReportText.words(
                report, what: "in doubt", of: name, become: decision == .resend ? "sent again" : "counted as sent",
                lookAgain: "postrider campaign in-doubt \(ShellWord.quoted(name))\(mailing.words)")
        }
    }
}

/// What became of a decision about held messages, in words.
enum HoldReportText {
    static func words(
        _ report: HoldReport, what: String, of campaign: String, become: String, lookAgain: String
    ) -> String {
        guard report.asked > 0 else { return "No message of campaign \(campaign) is \(what)." }
        let count = "\(NumberText.grouped(report.resolved)) message\(report.resolved == 1 ? " is" : "s are")"
        let text = "\(count) \(become)."
        let missing = report.asked - report.resolved
        guard missing > 0 else { return text }
        return text + "\nNote: the queue does not hold the other \(NumberText.grouped(missing)) at this moment; "
            + "look again with: \(lookAgain)"
    }
}
