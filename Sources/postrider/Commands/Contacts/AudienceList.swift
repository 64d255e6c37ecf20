internal import Contacts
internal import Dashboard
internal import Delivery

/// The contacts of a campaign's mailing, page by page.
struct AudienceList {
    private let path: String
    private let parameters: [(name: String, value: String)]
    private let format: OutputFormat

    init(_ arguments: AudienceArguments, status: [Outcome], format: OutputFormat) {
        path = APIRoute.audience(arguments.campaign ?? "")
        parameters = arguments.parameters + status.map { ("status", $0.name) } + [("limit", "5000")]
        self.format = format
    }

    func print(_ client: APIClient) async throws {
        var count = 0
        var after: UInt32?
        repeat {
            let query = APIRoute.query(parameters + (after.map { [(name: "after", value: String($0))] } ?? []))
            let page: APIAudiencePage = try await client.get(path + query)
            StandardOutput.writePart(try text(page.contacts, isFirst: count == 0))
            count += page.contacts.count
            after = page.next
        } while after != nil
        switch format {
        case .json: StandardOutput.write(count == 0 ? "{\"contacts\":[]}" : "]}")
        case .text: StandardOutput.write("\(NumberText.grouped(count)) contact\(count == 1 ? "" : "s")")
        }
    }

    private func text(_ contacts: [AudienceMember], isFirst: Bool) throws -> String {
        guard !contacts.isEmpty else { return "" }
        switch format {
        case .json:
            return (isFirst ? "{\"contacts\":[" : ",") + (try contacts.map(JSONLine.encode).joined(separator: ","))
        case .text:
            var table = Table("address", "status", "opens#", "clicks#", "started", "completed")
            for contact in contacts {
                let did = contact.engagement
                table.add(
                    contact.address, contact.status, NumberText.grouped(did?.opens ?? 0),
                    NumberText.grouped(did?.clicks ?? 0), did?.started.map(TimeText.short) ?? "-",
                    did?.completed.map(TimeText.short) ?? "-")
            }
            return (isFirst ? table.lines : Array(table.lines.dropFirst())).joined(separator: "\n") + "\n"
        }
    }
}
