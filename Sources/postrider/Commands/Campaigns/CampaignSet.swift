internal import ArgumentParser
internal import CampaignCoordinator
internal import Dashboard
internal import Delivery
internal import MailMessage

/// `postrider campaign set`: when and how fast a campaign is sent, also while it is.
struct CampaignSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change how a campaign is sent, and what its messages have.",
        discussion: """
            What is not named stays as it is. When and how fast may change while the campaign is on its way; --in-doubt, --require-tls and what \
            the messages have is chosen before its start. --attach and --inline name all files anew.

            Example:
              postrider campaign set spring --quota 5000/1h --window 09:00-18:00
              postrider campaign set spring --quota none --weight 10
            """)

    @Argument(help: "The campaign's name.")
    var name: String

    @OptionGroup var mailing: MailingOption
    @OptionGroup var sending: SendingArguments
    @OptionGroup var message: MessageArguments
    @OptionGroup var format: FormatOptions
    @OptionGroup var client: ClientOptions

    func validate() throws {
        guard !sending.isEmpty || !message.isEmpty else {
            throw ValidationError(
                "say what to change: --weight, --quota, --window, --time-zone, --weekdays, --in-doubt, --require-tls, "
                    + "--bounce-domain, --unsubscribe-url, --survey-url, --list-id, --feedback-id, --dkim, --provider, "
                    + "--language, --tracking-url, --track-opens, --track-clicks, --attach, --inline")
        }
        // Only together with what the campaign has is it known whether tracking has an address.
        if message.trackOpens != true, message.trackClicks != true { _ = try message.applied(to: MessageOptions()) }
    }

    func run() async throws {
        let change: APICampaignChange = try await client.withClient { client in
            let campaign: APICampaign = try await client.get(APIRoute.campaign(name) + mailing.query)
            let former = campaign.mailings.first
            var change = APICampaignChange(campaign: campaign, notes: [])
            if !message.isEmpty {
                let options = try message.applied(to: former?.message ?? MessageOptions())
                change = try await client.post(
                    APIRoute.message(name) + mailing.query, MessageChange(message: options, files: try message.files()))
            }
            if !sending.isEmpty {
                change = try await client.post(
                    APIRoute.options(name) + mailing.query, try sending.applied(to: former?.options ?? .standard))
            }
            return change
        }
        try format.print(change) {
            let words = change.campaign.mailings.first.flatMap { OptionsText.words(for: $0.options) }
            return
                "Campaign \(change.campaign.title(of: mailing.mailing)) is sent: \(words ?? "at all hours, without a quota")"
        }
    }
}
