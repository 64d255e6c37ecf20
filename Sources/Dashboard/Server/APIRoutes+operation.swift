internal import CampaignCoordinator
internal import Contacts
internal import Delivery
internal import Foundation
internal import Hummingbird
internal import JobQueue

extension APIRoutes {
    /// The queue and the audit.
    func addOperation(to api: RouterGroup<APIRequestContext>) {
        api.get("queue") { request, context in
            let overview = try await coordinator.queueStatus()
            return try Response.json(
                APIQueue(overview, redis: "\(coordinator.redisEndpoint)"), request, context)
        }
        api.get("queue/tls") { request, context in
            let day = try request.values("day").first.map { text in
                guard let day = UTCDay(text) else {
                    throw APIErrorReport(code: "bad_input", message: "“\(text)” is no day; write it as 2026-11-26")
                }
                return day
            }
            let counts = try await coordinator.tlsCounts(of: day, domains: request.values("domain"))
            return try Response.json(
                APITLSReport(counts.day, counts.entries, host: ProcessInfo.processInfo.hostName), request, context)
        }
        api.get("audit") { request, context in
            let campaign = request.values("campaign").first
            guard campaign != nil || request.mailing == nil else {
                throw APIErrorReport(code: "bad_input", message: "name the campaign of the mailing: ?campaign=NAME")
            }
            return try Response.json(
                try await coordinator.audit(campaign, mailing: request.mailing), request, context)
        }
    }
}

extension APIQueue {
    /// The most sites that are shown of a mailing.
    private static let mostSites = 10

    init(_ overview: QueueOverview, redis: String) {
        let status = overview.status
        let mailings = zip(overview.mailings, status.mailings).map { mailing, jobs in
            Mailing(
                campaign: mailing.campaign, mailing: mailing.name, state: jobs.state,
                restsUntil: jobs.restsUntil.map(\.iso8601), waiting: jobs.waiting, due: jobs.due, settled: jobs.settled,
                inDoubt: jobs.inDoubt, dead: jobs.dead, lack: status.lack(for: mailing.id).map(Self.words),
                sites: jobs.sites.prefix(Self.mostSites).map { Site(site: $0.site, waiting: $0.waiting) })
        }
        let workers = status.workers.map { worker in
            Worker(
                id: "\(worker.id)", leaseSeconds: Double(worker.leaseRemaining.wholeMilliseconds) / 1000,
                inFlight: worker.inFlight, description: Self.words(worker.description))
        }
        let limits = overview.memory.compactMap(\.limit)
        let memory = Memory(
            used: overview.memory.reduce(0) { $0 + $1.used }, peak: overview.memory.reduce(0) { $0 + $1.peak },
            limit: limits.isEmpty ? nil : limits.reduce(0, +))
        self.init(
            time: status.time.iso8601, redis: redis, waiting: mailings.reduce(0) { $0 + $1.waiting },
            inFlight: workers.reduce(0) { $0 + $1.inFlight }, due: mailings.reduce(0) { $0 + $1.due },
            unbooked: status.unbookedEntries, unaccounted: overview.unaccounted, hold: overview.hold,
            mailings: mailings, workers: workers, dueTimes: status.due.map { Due(at: $0.at.iso8601, jobs: $0.jobs) },
            memory: memory)
    }

    /// What a worker tells of itself is a JSON object of its own making.
    private static func words(_ description: String) -> [String: String] {
        guard let object = try? JSONSerialization.jsonObject(with: Data(description.utf8)) as? [String: Any] else {
            return description.isEmpty ? [:] : ["description": description]
        }
        // What it lacks is told with the mailings.
        return object.filter { $0.key != "lacks" }.mapValues { "\($0)" }
    }

    private static func words(_ lack: QueueStatus.Lack) -> String {
        let who =
            lack.concernsAll
            ? "no worker can send it"
            : "\(lack.workers) worker\(lack.workers == 1 ? " leaves" : "s leave") it to others"
        return "\(who): \(lack.reason)"
    }
}
