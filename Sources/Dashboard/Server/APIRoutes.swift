internal import CampaignCoordinator
internal import Hummingbird

/// What the API can be asked, and who answers.
struct APIRoutes: Sendable {
    let coordinator: Coordinator
    let spool: UploadSpool

    /// The router of the whole API.
    func router() -> Router<APIRequestContext> {
        let router = Router(context: APIRequestContext.self)
        router.add(middleware: ErrorMiddleware())
        router.get("healthz") { _, _ in "ok\n" }
        let api = router.group("\(APIRoute.prefix)").add(middleware: TokenMiddleware(token: coordinator.token))
        addLists(to: api)
        addCampaigns(to: api)
        addReminders(to: api)
        addEngagement(to: api)
        addHeld(to: api)
        addAccounts(to: api)
        addInbound(to: api)
        addPace(to: api)
        addOperation(to: api)
        return router
    }
}

/// Answers of the API are written by Hummingbird's encoder.
extension Response {
    /// A value as JSON with a status.
    static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, _ request: Request, _ context: APIRequestContext
    ) throws -> Response {
        var response = try context.responseEncoder.encode(value, from: request, context: context)
        response.status = status
        return response
    }
}
