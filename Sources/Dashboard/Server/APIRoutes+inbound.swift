internal import CampaignCoordinator
internal import Contacts
internal import Hummingbird

extension APIRoutes {
    /// What came back after messages were handed over.
    func addInbound(to api: RouterGroup<APIRequestContext>) {
        api.get("inbound") { request, context in
            let limit = try request.limit(default: 1000, most: 10_000)
            let page = try await coordinator.unmatchedEvents(before: try cursor(request), limit: limit)
            return try Response.json(
                APIInboundPage(
                    counts: try await coordinator.inboundCounts(), unmatched: page,
                    next: page.count == limit ? page.last?.number : nil), request, context)
        }
    }

    private func cursor(_ request: Request) throws -> Int64? {
        guard let text = request.values("before").first else { return nil }
        guard let cursor = Int64(text) else {
            throw APIErrorReport(code: "bad_input", message: "before must be what the page before gave as next")
        }
        return cursor
    }
}
