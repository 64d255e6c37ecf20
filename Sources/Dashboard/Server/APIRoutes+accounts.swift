internal import CampaignCoordinator
internal import Contacts
internal import Hummingbird

extension APIRoutes {
    /// Licences and the suppression list.
    func addAccounts(to api: RouterGroup<APIRequestContext>) {
        api.get("licences") { request, context in
            try Response.json(try await coordinator.licences(), request, context)
        }
        api.post("licences") { request, context in
            let topUp = try await context.read(APILicenceTopUp.self, from: request)
            return try Response.json(try await coordinator.addLicences(topUp.add), request, context)
        }
        api.get("suppressions") { request, context in
            let limit = try request.limit(default: 1000, most: 10_000)
            let page = try await coordinator.suppressions(after: request.values("after").first, limit: limit)
            return try Response.json(
                APISuppressionPage(suppressions: page, next: page.count == limit ? page.last?.key : nil), request,
                context)
        }
        api.post("suppressions") { request, context in
            let body = try await context.read(APIAddresses.self, from: request)
            return try Response.json(try await coordinator.addSuppressions(body.addresses), request, context)
        }
        api.post("suppressions/removals") { request, context in
            let body = try await context.read(APIAddresses.self, from: request)
            let removed = try await coordinator.removeSuppressions(body.addresses)
            return try Response.json(
                APISuppressionRemoval(removed: removed, absent: body.addresses.count - removed), request, context)
        }
    }
}
