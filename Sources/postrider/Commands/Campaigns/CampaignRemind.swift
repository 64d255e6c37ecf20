internal import ArgumentParser
internal import CampaignCoordinator
internal import Contacts
internal import Dashboard
internal import Delivery
internal import MailMessage

/// `postrider campaign remind`: a reminder to those whom it is for, as a draft.
struct CampaignRemind: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remind", abstract: "Create a reminder for some of a campaign's contacts, as a draft.",
        discussion: """
            A reminder is a further mailing of the campaign, with a text of its own. It goes to the contacts of an earlier mailing \
            (--of; the invitation) who fit: usually those that are Sent and did not complete the survey. --status, --last-status, \
            --not-opened and so on choose others, and then only what is named counts; several are joined by "and". An interview \
            counts by whichever mailing's link the contact came to the survey.

            Who fits is found out when the reminder is started, not now: who completes the survey, or leaves the list, in between gets \
            nothing. The answer says how many there would be at this moment; --count asks for no more than that.

            Subject, text and HTML are the reminder's own. Sender, links, tracking, signatures, retries, hours and the rest are those of \
            the invitation unless they are given here; files are not taken over.

            Example:
              postrider campaign remind spring --count --not-opened
              postrider campaign remind spring --subject 'Still time, {{first_name}}' --text reminder.txt
              postrider campaign start spring --mailing reminder
            """)

    @Argument(help: "The campaign's name.")
    var campaign: String

    @Option(help: "The reminder's name (reminder, then reminder-2, …).")
    var name: String?

    @Option(help: ArgumentHelp("The earlier mailing whose contacts are meant (the first).", valueName: "mailing"))
    var of: String?

    @Option(
        help: ArgumentHelp("Only contacts with this status in that mailing; may be repeated.", valueName: "status"),
        transform: ArgumentReader.outcome)
    var status: [Outcome] = []

    @OptionGroup var filter: FilterArguments

    @Flag(help: "Only say how many contacts it would reach now; nothing is created.")
    var count = false

    @Flag(help: "Replace the draft of this name.")
    var replace = false

    @Option(help: "The subject.")
    var subject: String?

    @Option(help: ArgumentHelp("The file with the plain text.", valueName: "file"), completion: .file())
    var text: String?

    @Option(help: ArgumentHelp("The file with the HTML.", valueName: "file"), completion: .file())
    var html: String?

    @Option(help: ArgumentHelp("The sender, if not the invitation's.", valueName: "sender"))
    var from: String?

    @Option(help: ArgumentHelp("Where answers go, if not where the invitation's do; or none.", valueName: "address"))
    var replyTo: String?

    @Option(help: ArgumentHelp("The YAML file that says when to try again.", valueName: "file"), completion: .file())
    var retry: String?

    @OptionGroup var message: MessageArguments
    @OptionGroup var sending: SendingArguments
    @OptionGroup var format: FormatOptions
    @OptionGroup var client: ClientOptions

    func validate() throws {
        guard count || subject != nil && text != nil else {
            throw ValidationError(
                "write the reminder with --subject and --text, or ask only whom it would reach: --count")
        }
        let hasMessage =
            [name, subject, text, html, from, replyTo, retry].contains { $0 != nil } || replace || !message.isEmpty
            || !sending.isEmpty
        guard !count || !hasMessage else {
            throw ValidationError("--count creates nothing: leave the name and the message out")
        }
        guard !replace || name != nil else { throw ValidationError("say with --name which draft is replaced") }
    }

    func run() async throws {
        let audience = status.isEmpty && filter.isEmpty ? nil : filter.filter(status)
        try await client.withClient { client in
            guard let subject, let text else {
                let report: ReminderReport = try await client.post(
                    APIRoute.forecast(campaign), AudienceQuestion(of: of, audience: audience))
                return try format.print(report) { Self.lines(report).joined(separator: "\n") }
            }
            let draft = try await draft(subject: subject, text: text, audience: audience, client)
            let report: ReminderReport = try await client.post(APIRoute.mailings(campaign), draft)
            try format.print(report) { Self.text(report, of: campaign) }
        }
    }

    private func draft(
        subject: String, text: String, audience: AudienceFilter?, _ client: APIClient
    ) async throws -> ReminderDraft {
        var draft = ReminderDraft(
            name: name, replace: replace ? true : nil, of: of, audience: audience, from: from, replyTo: replyTo,
            subject: subject, text: try InputFile.text(text), html: try html.map(InputFile.text),
            retry: try retry.map(RetryFile.read), files: try message.files())
        guard !message.isEmpty || !sending.isEmpty else { return draft }
        // What is not named stays as the invitation has it.
        let known: APICampaign = try await client.get(APIRoute.campaign(campaign))
        guard let invitation = known.mailings.first else { return draft }
        if !message.isEmpty { draft.message = try message.applied(to: invitation.message) }
        if !sending.isEmpty { draft.options = try sending.applied(to: invitation.options) }
        return draft
    }

    private static func text(_ report: ReminderReport, of campaign: String) -> String {
        let name = report.mailing ?? ""
        let place = ShellWord.quoted(campaign) + MailingOption.words(name)
        return
            (["The reminder \(name) of campaign \(campaign) is created."] + lines(report)
            + ["Who fits is found out at the start: postrider campaign start \(place)"]).joined(separator: "\n")
    }

    private static func lines(_ report: ReminderReport) -> [String] {
        AudienceText.lines(report.audience) + report.notes.map { "Note: \($0)" }
    }
}
