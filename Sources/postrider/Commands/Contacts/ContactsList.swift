internal import ArgumentParser
internal import Contacts
internal import Dashboard
internal import Delivery

/// `postrider contacts list`: the contacts of a list, or the lists.
struct ContactsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract:
            "List the contacts of a list or of a campaign's mailing, or (without --list and --campaign) the lists.",
        discussion: """
            Of a list, a contact's status is its newest outcome over all mailings; of a campaign, it is the one in its mailing. \
            --status may be given several times. What a contact did is known of campaigns: who got the message and has not \
            answered the survey is whom a reminder is for (postrider campaign remind). An interview is told of the mailing by whose link it came.

            Example:
              postrider contacts list --list people --status "Soft Bounced" --status Deferred
              postrider contacts list --campaign spring --status Sent --not-completed --format json
            """)

    @Option(help: "The list; without it, the lists themselves are listed.")
    var list: String?

    @Option(
        help: ArgumentHelp("Only contacts with this status; may be repeated.", valueName: "status"),
        transform: ArgumentReader.outcome)
    var status: [Outcome] = []

    @OptionGroup var audience: AudienceArguments
    @OptionGroup var format: FormatOptions
    @OptionGroup var client: ClientOptions

    func validate() throws {
        guard list == nil || audience.campaign == nil else {
            throw ValidationError("choose one of --list and --campaign")
        }
        guard list != nil || audience.campaign != nil || status.isEmpty else {
            throw ValidationError("--status needs --list or --campaign")
        }
    }

    func run() async throws {
        try await client.withClient { client in
            if audience.campaign != nil {
                return try await AudienceList(audience, status: status, format: format.format).print(client)
            }
            guard let list else {
                let answer: APILists = try await client.get(APIRoute.lists)
                return try format.print(answer) { Self.text(answer.lists) }
            }
            switch format.format {
            case .json: try await printJSON(of: list, client)
            case .text: try await printTable(of: list, client)
            }
        }
    }

    /// Goes through the pages of a list.
    private func forEachPage(of list: String, _ client: APIClient, _ body: ([Contact]) throws -> Void) async throws {
        var parameters = status.map { (name: "status", value: $0.name) }
        parameters.append((name: "limit", value: "5000"))
        var after: Int64?
        repeat {
            let query = APIRoute.query(parameters + (after.map { [(name: "after", value: String($0))] } ?? []))
            let page: APIContactPage = try await client.get(APIRoute.contacts(list: list) + query)
            try body(page.contacts)
            after = page.next
        } while after != nil
    }

    /// One JSON object, written page by page.
    private func printJSON(of list: String, _ client: APIClient) async throws {
        var isFirst = true
        try await forEachPage(of: list, client) { contacts in
            var text = ""
            for contact in contacts {
                text += isFirst ? "{\"contacts\":[" : ","
                isFirst = false
                text += try JSONLine.encode(ContactLine(contact))
            }
            StandardOutput.writePart(text)
        }
        StandardOutput.write(isFirst ? "{\"contacts\":[]}" : "]}")
    }

    private func printTable(of list: String, _ client: APIClient) async throws {
        var count = 0
        try await forEachPage(of: list, client) { contacts in
            // The columns are laid out page by page: a million contacts are not held.
            var table = Table("address", "status", "fields")
            for contact in contacts {
                let fields = contact.fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                table.add(
                    contact.address.isEmpty ? "(none)" : contact.address, contact.lastStatus ?? "-",
                    fields.joined(separator: " "))
            }
            if !table.isEmpty {
                StandardOutput.write(
                    (count == 0 ? table.lines : Array(table.lines.dropFirst())).joined(separator: "\n"))
            }
            count += contacts.count
        }
        StandardOutput.write("\(NumberText.grouped(count)) contact\(count == 1 ? "" : "s")")
    }

    private static func text(_ lists: [ContactList]) -> String {
        guard !lists.isEmpty else {
            return "no lists yet; import one with: postrider contacts import FILE.csv --list NAME"
        }
        var table = Table("list", "contacts#", "columns")
        for list in lists {
            table.add(list.name, NumberText.grouped(list.contacts), list.columns.joined(separator: ", "))
        }
        return table.text
    }
}

/// A contact as it is printed for programs.
struct ContactLine: Encodable {
    var address: String
    var list: String
    /// The newest outcome over all mailings; `null` before the first.
    var status: String?
    var fields: [String: String]
    /// What is wrong with the address, if anything.
    var problem: String?

    init(_ contact: Contact) {
        address = contact.address
        list = contact.list
        status = contact.lastStatus
        fields = contact.fields
        problem = contact.problem
    }
}
