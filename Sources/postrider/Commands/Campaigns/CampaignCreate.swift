internal import ArgumentParser
internal import CampaignCoordinator
internal import Dashboard
internal import Delivery
internal import MailMessage

/// `postrider campaign create`: a campaign with its invitation, as a draft.
struct CampaignCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a campaign, as a draft.",
        discussion: """
            Subject, text and HTML are Mustache templates: {{name}} stands for the contact's column "name". With --html, the \
            message has both forms. The files are read here; the coordinator need not see them.

            The retry file is YAML and says when to try again; what is left out is as usual:
              deferred: [5m, 10m, 20m, 40m, 80m, 160m, 4h]   # the last repeats
              softBounced: [1h, 24h]
              maximumAge: 4d
              jitter: 0.2

            With --in-doubt hold, a message that may or may not have gone is not sent again by itself: see postrider campaign \
            in-doubt. --window, --weekdays, --quota and --weight say when and how fast it is sent; postrider campaign set changes \
            them at any time. With --require-tls, contacts whose servers do not offer as much get nothing: see docs/message.md.

            --unsubscribe-url and --survey-url give each contact links of its own, {{unsubscribeLink}} and {{surveyLink}}; --bounce-domain \
            gives each message a return path of its own. Both carry tokens that nobody can forge; see docs/message.md.

            --provider names the service that sends the messages on, if one does: it reports by webhook; see docs/webhooks.md.

            --track-opens and --track-clicks tell who opened the message and who followed its links; see docs/tracking.md.

            Example:
              postrider campaign create spring --list people \\
                  --from 'Ann <ann@example.org>' --subject 'Hello {{first_name}}' \\
                  --text spring.txt --html spring.html \\
                  --window 08:00-20:00 --weekdays mon-fri --time-zone Europe/Berlin
            """)

    @Argument(help: "The campaign's name.")
    var name: String

    @Option(help: "The list of contacts that it goes to.")
    var list: String

    @Option(help: ArgumentHelp("The sender, such as 'Ann <ann@example.org>'.", valueName: "sender"))
    var from: String

    @Option(help: "The subject.")
    var subject: String

    @Option(help: ArgumentHelp("The file with the plain text.", valueName: "file"), completion: .file())
    var text: String

    @Option(help: ArgumentHelp("The file with the HTML.", valueName: "file"), completion: .file())
    var html: String?

    @Option(help: ArgumentHelp("Where answers go, if not to the sender.", valueName: "address"))
    var replyTo: String?

    @Option(help: ArgumentHelp("The YAML file that says when to try again.", valueName: "file"), completion: .file())
    var retry: String?

    @OptionGroup var message: MessageArguments
    @OptionGroup var sending: SendingArguments
    @OptionGroup var format: FormatOptions
    @OptionGroup var client: ClientOptions

    func validate() throws {
        _ = try sending.applied(to: .standard)
        _ = try message.applied(to: MessageOptions())
    }

    func run() async throws {
        let draft = CampaignDraft(
            name: name, list: list, from: from, replyTo: replyTo, subject: subject, text: try InputFile.text(text),
            html: try html.map(InputFile.text), retry: try retry.map(RetryFile.read),
            options: try sending.applied(to: .standard), message: try message.applied(to: MessageOptions()),
            files: try message.files())
        let campaign: APICampaign = try await client.withClient { try await $0.post(APIRoute.campaigns, draft) }
        try format.print(campaign) {
            "Campaign \(campaign.campaign) to the list \(campaign.list) is created. Start it with: "
                + "postrider campaign start \(ShellWord.quoted(campaign.campaign))"
        }
    }
}
