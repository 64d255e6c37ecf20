internal import CampaignCoordinator
internal import Contacts
internal import Delivery
internal import Hummingbird

extension APIRoutes {
    /// Lists, their contacts, and imports into them.
    func addLists(to api: RouterGroup<APIRequestContext>) {
        api.get("lists") { request, context in
            try Response.json(APILists(lists: try await coordinator.lists()), request, context)
        }
        api.post("lists/{list}/imports") { request, context in
            let list = try context.name("list")
            let skipMalformed = request.values("skipMalformed").first == "true"
            let path = try await spool.write(request.body)
            let number = coordinator.beginImport(
                file: path, originalName: request.values("file").first ?? "upload", list: list,
                skipMalformed: skipMalformed)
            return try Response.json(
                try APIImport(number, coordinator.importStatus(number)), status: .accepted, request, context)
        }
        api.get("imports/{number}") { request, context in
            let number = try context.name("number")
            let status = Int(number).flatMap { coordinator.importStatus($0) }
            return try Response.json(try APIImport(Int(number) ?? 0, status), request, context)
        }
        api.get("lists/{list}/contacts") { request, context in
            let limit = try request.limit(default: 1000, most: 10_000)
            let statuses = try request.outcomes("status")
            let contacts = try await coordinator.contacts(
                inList: try context.name("list"), lastStatus: statuses, after: try cursor(request), limit: limit)
            return try Response.json(
                APIContactPage(contacts: contacts, next: contacts.count == limit ? contacts.last?.number : nil),
                request,
                context)
        }
        api.get("contacts/{address}") { request, context in
            try Response.json(try await coordinator.history(of: try context.name("address")), request, context)
        }
    }

    private func cursor(_ request: Request) throws -> Int64? {
        guard let text = request.values("after").first else { return nil }
        guard let cursor = Int64(text) else {
            throw APIErrorReport(code: "bad_input", message: "after must be what the page before gave as next")
        }
        return cursor
    }
}

extension APIImport {
    /// How an import stands; throws why it failed, or that there is none of this number.
    init(_ number: Int, _ status: ImportStatus?) throws {
        switch status {
        case .running(let progress):
            self.init(
                id: number, state: progress.step == .checking ? .checking : .applying, rows: progress.rows,
                totalRows: progress.total, report: nil)
        case .complete(let report):
            self.init(id: number, state: .complete, rows: report.rows, totalRows: report.rows, report: report)
        case .failed(let error):
            throw error
        case nil:
            throw APIErrorReport(
                code: "not_found",
                message:
                    "there is no import \(number) since the coordinator was started; if it was stopped in the middle of one, "
                    + "import the file again: nobody is doubled")
        }
    }
}
