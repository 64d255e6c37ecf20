internal import CampaignCoordinator
internal import Delivery
internal import Hummingbird
internal import JobQueue

extension APIRoutes {
    /// How fast sites are sent to.
    func addPace(to api: RouterGroup<APIRequestContext>) {
        api.get("pace") { request, context in
            let sites = try await coordinator.pace(of: request.values("site"))
            let standard = try await coordinator.defaultLimit()
            return try Response.json(
                APIPace(
                    standard: standard.map { APIPace.Limit($0.setting, $0.source) },
                    sites: sites.map(APIPace.Site.init)), request, context)
        }
        api.post("pace") { request, context in
            let order = try await context.read(APIPaceOrder.self, from: request)
            let setting = try await coordinator.setPace(
                of: order.site, rate: order.rate, burst: order.burst, connections: order.connections)
            return try Response.json(
                APIPaceChange(site: order.site, limit: APIPace.Limit(setting, .set)), request, context)
        }
        api.post("pace/removals") { request, context in
            let site = try await context.read(APIPaceRemoval.self, from: request).site
            let remaining = try await coordinator.unsetPace(of: site)
            return try Response.json(
                APIPaceChange(site: site, limit: remaining.map { APIPace.Limit($0.setting, $0.source) }), request,
                context)
        }
    }
}

extension APIPace.Site {
    init(_ report: SitePaceReport) {
        let pace = report.pace
        let limit = report.setting.flatMap { setting in report.source.map { APIPace.Limit(setting, $0) } }
        self.init(
            site: pace.site, limit: limit, perSecond: pace.interval > 0 ? 1000 / pace.interval : nil,
            factor: pace.factor, isBlocked: pace.isBlocked, underWay: pace.underWay,
            pauseSeconds: Double(pace.pause.wholeMilliseconds) / 1000)
    }
}
