internal import ArgumentParser
internal import Contacts
internal import Dashboard
internal import Delivery

/// `postrider campaign status`: one picture of a campaign.
struct CampaignStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how a campaign stands at this moment.",
        discussion: """
            Example:
              postrider campaign status spring
            """)

    @OptionGroup var options: CampaignOptions

    func run() async throws {
        let campaign: APICampaign = try await options.client.withClient {
            try await $0.get(APIRoute.campaign(options.name) + options.mailing.query)
        }
        try options.format.print(campaign) { CampaignPicture(campaign).lines.joined(separator: "\n") }
    }
}

/// `postrider campaign stats`: the numbers of a campaign's mailings.
struct CampaignStats: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Print the statistics of a campaign.",
        discussion: """
            One grid for each mailing, or for the one that is named. The outcomes of a mailing add up to its audience at any time.

            Example:
              postrider campaign stats spring --format json
            """)

    @OptionGroup var options: CampaignOptions

    func run() async throws {
        let campaign: APICampaign = try await options.client.withClient {
            try await $0.get(APIRoute.campaign(options.name) + options.mailing.query)
        }
        try options.format.print(campaign) {
            campaign.mailings.map { Self.text($0, of: campaign.campaign) }.joined(separator: "\n\n")
        }
    }

    private static func text(_ mailing: APICampaign.Mailing, of campaign: String) -> String {
        var table = Table("outcome", "contacts#", "share#")
        for outcome in Outcome.allCases {
            let count = mailing.outcomes[outcome]
            table.add(outcome.name, NumberText.grouped(count), NumberText.share(count, of: mailing.audience))
        }
        table.add("audience", NumberText.grouped(mailing.audience), "")
        let licences = mailing.licences
        return """
            \(campaign), \(mailing.name): \(mailing.state.rawValue)
            \(table.text)
            in doubt  \(NumberText.grouped(mailing.inDoubt)) held
            dead      \(NumberText.grouped(mailing.dead)) held
            attempts  \(NumberText.grouped(mailing.attempts))
            licences  \(NumberText.grouped(licences.charged)) charged, \(NumberText.grouped(licences.reserved)) reserved, \
            \(NumberText.grouped(licences.released)) released
            first     \(mailing.firstAt.map(TimeText.short) ?? "-")
            last      \(mailing.lastAt.map(TimeText.short) ?? "-")
            \(ResponsesText.lines(mailing).joined(separator: "\n"))
            """
    }
}

/// `postrider campaign list`: all campaigns.
struct CampaignList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List all campaigns.",
        discussion: """
            Example:
              postrider campaign list
            """)

    @OptionGroup var format: FormatOptions
    @OptionGroup var client: ClientOptions

    func run() async throws {
        let answer: APICampaigns = try await client.withClient { try await $0.get(APIRoute.campaigns) }
        try format.print(answer) {
            guard !answer.campaigns.isEmpty else { return "no campaigns yet; make one with: postrider campaign create" }
            var table = Table("campaign", "mailing", "state", "list", "audience#", "settled#", "sent#")
            for campaign in answer.campaigns {
                for mailing in campaign.mailings {
                    table.add(
                        campaign.campaign, mailing.name, mailing.state.rawValue, campaign.list,
                        NumberText.grouped(mailing.audience),
                        NumberText.share(mailing.outcomes.permanent, of: mailing.audience),
                        NumberText.grouped(mailing.outcomes[.sent]))
                }
            }
            return table.text
        }
    }
}
