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

    init(kind: HoldKind, format: HeldFormat, client: APIClient) {
        self.kind = kind
        self.format = format
        self.client = client
        if format == .csv { StandardOutput.write("campaign,address,ordinal,since,reason") }
    }

    /// Prints what these campaigns hold.
    mutating func print(_ campaigns: [String]) async throws {
        for campaign in campaigns {
            var after: UInt32?
            repeat {
                let parameters =
                    [(name: "kind", value: kind.name), (name: "limit", value: Self.page)]
                    + (after.map { [(name: "after", value: String($0))] } ?? [])
                let page: APIHeldPage = try await client.get(APIRoute.held(campaign) + APIRoute.query(parameters))
                try show(page.held, of: campaign)
                after = page.next
            } while after != nil
        }
    }

    /// Ends the list; people are told how many there were, and what they can do.
    func end(remedy: String) {
        let what = kind == .inDoubt ? "in doubt" : "on the dead list"
        switch format {
        case .csv: break
        case .json: StandardOutput.write(count == 0 ? "{\"held\":[]}" : "]}")
        case .text:
            let messages = count == 0 ? "no messages" : "\(NumberText.grouped(count)) message\(count == 1 ? "" : "s")"
            StandardOutput.write("\(messages) \(what)")
            if count > 0 { StandardOutput.write(remedy) }
        }
    }

    private mutating func show(_ page: [HeldDelivery], of campaign: String) throws {
        guard !page.isEmpty else { return }
        defer { count += page.count }
        switch format {
        case .csv:
            let lines = page.map {
                CSVLine.text([campaign, $0.address, String($0.ordinal), $0.since, $0.reason])
            }
            StandardOutput.write(lines.joined(separator: "\n"))
        case .json:
            let lines = try page.map {
                try JSONLine.encode(
                    Line(
                        campaign: campaign, address: $0.address, ordinal: $0.ordinal, since: $0.since,
                        reason: $0.reason))
            }
            StandardOutput.writePart((count == 0 ? "{\"held\":[" : ",") + lines.joined(separator: ","))
        case .text:
            var table = Table("campaign", "address", "since", "last words")
            for delivery in page {
                table.add(
                    campaign, delivery.address, TimeText.short(delivery.since),
                    delivery.reason.isEmpty ? "-" : delivery.reason.replacing("\n", with: " / "))
            }
            StandardOutput.write(
                (count == 0 ? table.lines : Array(table.lines.dropFirst())).joined(separator: "\n"))
        }
    }
}
