internal import Delivery
public import NIOCore
internal import RedisClient

extension QueueShard {
    /// Slows a site down, once for all workers and mailings.
    ///
    /// - Parameters:
    ///   - named: The delay that the site asked for.
    ///   - interval: At which this worker reached it lately, in milliseconds per message; `nil` when it has not.
    ///   - pause: The first pause of a series; each further one is twice as long, up to `longest`.
    /// - Returns: How long nothing goes there.
    public func backOff(
        site: String, _ trouble: SiteTrouble, named: Duration?, interval: Double?, pause: Duration, longest: Duration
    ) -> EventLoopFuture<Duration> {
        evaluate(
            QueueScripts.backOff,
            [
                .init(site), .init(trouble.rawValue), .init(named?.wholeMilliseconds ?? 0), .init("\(interval ?? 0)"),
                .init(pause.wholeMilliseconds), .init(longest.wholeMilliseconds),
            ]
        ).flatMapThrowing { answer in
            guard case .integer(let milliseconds) = answer else { throw JobQueueError.unexpected("backoff") }
            return .milliseconds(milliseconds)
        }
    }

    /// The limits that are set here, by site.
    public func siteLimits() async throws -> [String: SiteLimit] {
        let answer = try await command(["HGETALL", .init(keys.limits)]).get()
        guard case .array(let pairs) = answer else { throw JobQueueError.unexpected("HGETALL") }
        var limits: [String: SiteLimit] = [:]
        for i in stride(from: 0, to: pairs.count - 1, by: 2) {
            guard let site = pairs[i].text, let stored = pairs[i + 1].text else { continue }
            guard let limit = SiteLimit(stored: stored) else { throw JobQueueError.malformed("limit of \(site)") }
            limits[site] = limit
        }
        return limits
    }

    /// Sets the limit of a site of this shard, or of ``JobQueue/allSites``, which holds at once; `nil` removes it.
    public func setSiteLimit(_ limit: SiteLimit?, for site: String) async throws {
        _ = try await evaluate(QueueScripts.limit, [.init(site), .init(limit?.stored ?? "")]).get()
    }
}

extension JobQueue {
    /// The site that stands for all sites without a limit of their own.
    public static let allSites = "*"

    /// Sets the limit of a site, or of ``allSites``, which holds at once; `nil` removes it.
    public func setSiteLimit(_ limit: SiteLimit?, for site: String) async throws {
        for shard in site == Self.allSites ? shards : [shard(ofSite: site)] {
            try await shard.setSiteLimit(limit, for: site)
        }
    }

    /// Limits and live state of the sites that are named.
    public func pace(of sites: [String]) async throws -> [SitePace] {
        var paces: [SitePace] = []
        for site in sites { paces += try await self.paces(in: shard(ofSite: site), [.init(1), .init(site)]) }
        return paces
    }

    /// Sites that have a limit of their own or are slowed down, at most about `limit` a shard.
    public func pacedSites(limit: Int = 1000) async throws -> [SitePace] {
        var paces: [SitePace] = []
        for shard in shards { paces += try await self.paces(in: shard, [.init(limit)]) }
        return paces.sorted { $0.site < $1.site }
    }

    private func paces(in shard: QueueShard, _ arguments: [RedisArgument]) async throws -> [SitePace] {
        let answer = try await shard.evaluate(QueueScripts.paces, arguments).get()
        guard case .array(let rows) = answer else { throw JobQueueError.unexpected("paces") }
        return try rows.map { row in
            guard case .array(let parts) = row, parts.count == 6, let site = parts[0].text, let limit = parts[1].text,
                let state = parts[3].text, case .integer(let underWay) = parts[4], case .integer(let wait) = parts[5]
            else { throw JobQueueError.unexpected("paces") }
            return SitePace(
                site: site, limit: limit, limitIsOwn: parts[2] == .integer(1), state: state, underWay: Int(underWay),
                pause: .milliseconds(wait))
        }
    }
}

extension SitePace {
    /// Reads the state as pace.lua writes it: tat, factor, learned interval, not before, wait, blocked.
    fileprivate init(
        site: String, limit: String, limitIsOwn: Bool, state: String, underWay: Int, pause: Duration
    ) {
        let parts = state.split(separator: " ").compactMap { Double($0) }
        let factor = parts.count == 6 ? parts[1] : 1
        let learned = parts.count == 6 ? parts[2] : 0
        let limit = SiteLimit(stored: limit)
        let set = limit?.rate.map { Double($0.seconds) * 1000 / Double($0.messages) }
        self.init(
            site: site, limit: limit, limitIsOwn: limitIsOwn, factor: factor, interval: (set ?? learned) / factor,
            isBlocked: parts.count == 6 && parts[5] > 0, underWay: underWay, pause: pause)
    }
}
