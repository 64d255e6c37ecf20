internal import CampaignCoordinator
internal import Contacts
internal import Delivery
internal import Hummingbird

extension APIRoutes {
    /// The most interviews of one report.
    private static let mostInterviews = 10_000

    /// What contacts did: reports of the survey platform, and lists by what was done.
    func addEngagement(to api: RouterGroup<APIRequestContext>) {
        api.post("interviews") { request, context in
            let notes = try await context.read([InterviewNote].self, from: request)
            guard notes.count <= Self.mostInterviews else {
                throw APIErrorReport(
                    code: "too_large", message: "at most \(Self.mostInterviews) interviews in one report")
            }
            do {
                return try Response.json(try await coordinator.bookInterviews(notes), request, context)
            } catch let refusal as InterviewRefusal {
                throw APIErrorReport(
                    code: "bad_input",
                    message:
                        "\(refusal.problems.count) of \(notes.count) interviews cannot be taken, so none was; mend those and "
                        + "report all again",
                    rows: refusal.problems.prefix(100).map { .init(line: $0.index + 1, problem: $0.words) },
                    rowCount: refusal.problems.count)
            }
        }
        api.get("campaigns/{name}/contacts") { request, context in
            let limit = try request.limit(default: 1000, most: 10_000)
            var filter = AudienceFilter()
            filter.outcomes = try request.outcomes("status")
            filter.lastOutcomes = try request.outcomes("lastStatus")
            filter.opened = try request.truth("opened")
            filter.clicked = try request.truth("clicked")
            filter.started = try request.truth("started")
            filter.completed = try request.truth("completed")
            let after = try request.values("after").first.map { text in
                guard let ordinal = UInt32(text) else {
                    throw APIErrorReport(code: "bad_input", message: "after must be what the page before gave as next")
                }
                return ordinal
            }
            let contacts = try await coordinator.audience(
                campaign: try context.name("name"), mailing: request.mailing, filter, after: after,
                limit: limit)
            return try Response.json(
                APIAudiencePage(contacts: contacts, next: contacts.count == limit ? contacts.last?.ordinal : nil),
                request, context)
        }
    }
}

extension Request {
    /// A query's parameter that is true or false; `nil` when it is missing.
    fileprivate func truth(_ parameter: String) throws -> Bool? {
        guard let text = values(parameter).first else { return nil }
        guard let truth = Bool(text) else {
            throw APIErrorReport(code: "bad_input", message: "\(parameter) is true or false, not \"\(text)\"")
        }
        return truth
    }

    /// The statuses that a query's parameter names.
    func outcomes(_ parameter: String) throws -> [Outcome] {
        try values(parameter).map { name in
            guard let outcome = Outcome(name: name) else {
                let known = Outcome.allCases.map(\.name).joined(separator: ", ")
                throw APIErrorReport(code: "bad_input", message: "\"\(name)\" is not a status; there are \(known)")
            }
            return outcome
        }
    }
}
