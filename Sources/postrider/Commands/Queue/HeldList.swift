internal import ArgumentParser
internal import Contacts
internal import Dashboard
internal import Delivery

/// How lists of held messages are printed.
enum HeldFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, csv
}

/// Prints the held messages of campaigns page by page, so that a million of them are not kept.
struct HeldList {
    /// A contact as it is printed for programs.
    private struct Line: Encodable {
        var campaign: String
        var mailing: String
        var address: String
        /// The contact's place in the mailing.
        var ordinal: UInt32
        var since: String
        var reason: String
    }

    private static let page = "5000"

    private let kind: HoldKind
    private let format: HeldFormat
    private let client: APIClient
    private var count = 0
    /// What names each mailing that was printed in a command, such as `spring --mailing reminder`.
    private var names: [String] = []

    init(kind: HoldKind, format: HeldFormat, client: APIClient) {
        self.kind = kind
        self.format = format
        self.client = client
        if format == .csv { StandardOutput.write("campaign,address,ordinal,since,reason,mailing") }
    }

    /// Prints what the mailings of campaigns hold.
    /// - Parameters:
    ///   - campaign: the campaign that is meant; all of them when `nil`.
    ///   - option: the mailing that is meant; all of them when none is named.
    mutating func print(_ campaign: String?, _ option: MailingOption) async throws {
        let campaigns: [APICampaign] =
            if let campaign {
                [try await client.get(APIRoute.campaign(campaign) + option.query)]
            } else {
                try await client.get(APIRoute.campaigns, as: APICampaigns.self).campaigns
            }
        for campaign in campaigns {
            for mailing in campaign.mailings where (kind == .inDoubt ? mailing.inDoubt : mailing.dead) > 0 {
                let named = campaign.mailings.count > 1 ? mailing.name : option.mailing
                names.append(ShellWord.quoted(campaign.campaign) + MailingOption.words(named))
                try await print(mailing.name, of: campaign.campaign)
            }
        }
    }

    private mutating func print(_ mailing: String, of campaign: String) async throws {
        var after: UInt32?
        repeat {
            let parameters =
                [
                    (name: "mailing", value: mailing), (name: "kind", value: kind.name),
                    (name: "limit", value: Self.page),
                ]
                + (after.map { [(name: "after", value: String($0))] } ?? [])
            let page: APIHeldPage = try await client.get(APIRoute.held(campaign) + APIRoute.query(parameters))
            try show(page.held, of: campaign, mailing)
            after = page.next
        } while after != nil
    }

    /// Ends the list; people are told how many there were, and what they can do about those of each mailing.
    func end(remedy: (_ name: String) -> String) {
        let what = kind == .inDoubt ? "in doubt" : "on the dead list"
        switch format {
        case .csv: break
        case .json: StandardOutput.write(count == 0 ? "{\"held\":[]}" : "]}")
        case .text:
            let messages = count == 0 ? "no messages" : "\(NumberText.grouped(count)) message\(count == 1 ? "" : "s")"
            StandardOutput.write("\(messages) \(what)")
            if count > 0 { StandardOutput.write(names.map(remedy).joined(separator: "\n")) }
        }
    }

    private mutating func show(_ page: [HeldDelivery], of campaign: String, _ mailing: String) throws {
        guard !page.isEmpty else { return }
        defer { count += page.count }
        switch format {
        case .csv:
            let lines = page.map {
                CSVLine.text([campaign, $0.address, String($0.ordinal), $0.since, $0.reason, mailing])
            }
            StandardOutput.write(lines.joined(separator: "\n"))
        case .json:
            let lines = try page.map {
                try JSONLine.encode(
                    Line(
                        campaign: campaign, mailing: mailing, address: $0.address, ordinal: $0.ordinal,
                        since: $0.since, reason: $0.reason))
            }
            StandardOutput.writePart((count == 0 ? "{\"held\":[" : ",") + lines.joined(separator: ","))
        case .text:
            var table = Table("campaign", "mailing", "address", "since", "last words")
            for delivery in page {
                table.add(
                    campaign, mailing, delivery.address, TimeText.short(delivery.since),
                    delivery.reason.isEmpty ? "-" : delivery.reason.replacing("\n", with: " / "))
            }
            StandardOutput.write(
                (count == 0 ? table.lines : Array(table.lines.dropFirst())).joined(separator: "\n"))
        }
    }
}
