internal import ArgumentParser
internal import Dashboard
internal import Delivery

/// `postrider campaign set`: when and how fast a campaign is sent, also while it is.
struct CampaignSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change when and how fast a campaign is sent.",
        discussion: """
            What is not named stays as it is. The campaign may be on its way; only --in-doubt has to be chosen before its start.

            Example:
              postrider campaign set spring --quota 5000/1h --window 09:00-18:00
              postrider campaign set spring --quota none --weight 10
            """)

    @Argument(help: "The campaign's name.")
    var name: String

    @OptionGroup var sending: SendingArguments
    @OptionGroup var format: FormatOptions
    @OptionGroup var client: ClientOptions

    func validate() throws {
        guard !sending.isEmpty else {
            throw ValidationError(
                "say what to change: --weight, --quota, --window, --time-zone, --weekdays, --in-doubt")
        }
    }

    func run() async throws {
        let change: APICampaignChange = try await client.withClient { client in
            let campaign: APICampaign = try await client.get(APIRoute.campaign(name))
            let former = campaign.mailings.first?.options ?? .standard
            return try await client.post(APIRoute.options(name), try sending.applied(to: former))
        }
        try format.print(change) {
            let words = change.campaign.mailings.first.flatMap { OptionsText.words(for: $0.options) }
            return "Campaign \(change.campaign.campaign) is sent: \(words ?? "at all hours, without a quota")"
        }
    }
}
