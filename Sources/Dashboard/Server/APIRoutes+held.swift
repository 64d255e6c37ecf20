internal import CampaignCoordinator
internal import Contacts
internal import Delivery
internal import Hummingbird
internal import JobQueue

extension APIRoutes {
    /// Messages that are held until their owner decides.
    func addHeld(to api: RouterGroup<APIRequestContext>) {
        api.get("campaigns/{name}/held") { request, context in
            let limit = try request.limit(default: 1000, most: 10_000)
            let kind = try request.values("kind").first.map { name in
                guard let kind = HoldKind.allCases.first(where: { $0.name == name }) else {
                    let known = HoldKind.allCases.map(\.name).joined(separator: ", ")
                    throw APIErrorReport(code: "bad_input", message: "\"\(name)\" is not a kind; there are \(known)")
                }
                return kind
            }
            let after = try request.values("after").first.map { text in
                guard let after = UInt32(text) else {
                    throw APIErrorReport(
                        code: "bad_input", message: "after must be what the page before gave as next")
                }
                return after
            }
            let page = try await coordinator.held(
                try context.name("name"), mailing: request.mailing, kind: kind, after: after, limit: limit)
            return try Response.json(
                APIHeldPage(held: page, next: page.count == limit ? page.last?.ordinal : nil), request, context)
        }
        api.post("campaigns/{name}/held") { request, context in
            let order = try await context.read(APIHoldDecision.self, from: request)
            let report = try await coordinator.resolve(
                try context.name("name"), mailing: request.mailing, order.kind, addresses: order.addresses,
                as: HoldResolution(order.decision))
            return try Response.json(report, request, context)
        }
    }
}

extension HoldResolution {
    init(_ decision: APIHoldDecision.Decision) {
        self =
            switch decision {
            case .resend: .resend
            case .sent: .sent
            case .drop: .dropped
            }
    }
}
