internal import Delivery
internal import JobQueue
internal import NIOCore

/// Who has left a list while its jobs were claimed already: looked at before MAIL FROM, at next to no cost for everybody else.
///
/// A claim looks its own jobs up. From then on, as long as any job waits here, each shard is asked twice a second what was suppressed
/// since, and what concerns a waiting job takes that one out.
extension DeliveryEngine {
    private static let newsInterval = TimeAmount.milliseconds(500)
    private static let lookUp = 500

    /// Whether anything is here that was claimed and not begun.
    private var holdsClaimed: Bool { waitingCount + unroutedCount + marking > 0 }

    /// Asks for news after a while, unless that is planned already.
    func listenForNews() {
        guard !listensForNews, phase == .running, holdsClaimed else { return }
        listensForNews = true
        eventLoop.assumeIsolated().scheduleTask(in: Self.newsInterval) { self.askForNews() }
    }

    private func askForNews() {
        guard phase == .running, holdsClaimed else { return listensForNews = false }
        var unanswered = queue.shards.count
        for shard in queue.shards {
            shard.suppressionNews(after: toldSuppressions[shard.number]).assumeIsolated().whenComplete { answer in
                // A Redis that is away answers the next time.
                if case .success(let news) = answer { self.heard(news, from: shard) }
                unanswered -= 1
                guard unanswered == 0 else { return }
                self.listensForNews = false
                self.listenForNews()
            }
        }
    }

    private func heard(_ news: SuppressionNews, from shard: QueueShard) {
        toldSuppressions[shard.number] = news.told
        if let notices = news.notices { withhold(notices) } else { lookUpAll(in: shard) }
    }

    /// Looks up everything that waits for a shard's sites, when more was suppressed than is told of as news.
    private func lookUpAll(in shard: QueueShard) {
        let waiting = (outlets.all.flatMap(\.waiting.all) + unrouted.values.joined())
            .filter { queue.shardNumber(ofSite: $0.site) == shard.number }
        let keys = Array(Set(waiting.map { AddressSieve.comparisonKey($0.job.address) }))
        for start in stride(from: 0, to: keys.count, by: Self.lookUp) {
            let part = Array(keys[start..<min(start + Self.lookUp, keys.count)])
            shard.suppressions(of: part).assumeIsolated().whenComplete { answer in
                guard case .success(let found) = answer else {
                    // Asked for from the beginning, it is all looked up once more.
                    return self.toldSuppressions[shard.number] = 0
                }
                var notices: [String: SuppressionNotice] = [:]
                for (key, notice) in zip(part, found) { notices[key] = notice }
                self.withhold(notices)
            }
        }
    }

    /// Ends the jobs that wait here for these addresses.
    private func withhold(_ notices: [String: SuppressionNotice]) {
        guard !notices.isEmpty, phase == .running else { return }
        if marking > 0 { newsWhileMarking.merge(notices) { $1 } }
        let sieve = AddressSieve(notices)
        var withheld: [ClaimedJob] = []
        for outlet in outlets.all where !outlet.waiting.isEmpty {
            withheld += outlet.waiting.removeAll { sieve[$0.job.address] != nil }
        }
        for (domain, jobs) in unrouted {
            let concerned = jobs.filter { sieve[$0.job.address] != nil }
            guard !concerned.isEmpty else { continue }
            withheld += concerned
            unroutedCount -= concerned.count
            unrouted[domain] = jobs.filter { sieve[$0.job.address] == nil }
        }
        for entry in withheld {
            if let notice = sieve[entry.job.address] { suppress(entry, notice) }
        }
        if !withheld.isEmpty { claimIfRoom() }
    }

    /// Those of a batch that was being marked which may still be sent; the others are ended.
    func heedNews(_ batch: [ClaimedJob]) -> [ClaimedJob] {
        guard !newsWhileMarking.isEmpty else { return batch }
        let sieve = AddressSieve(newsWhileMarking)
        return batch.filter { entry in
            guard let notice = sieve[entry.job.address] else { return true }
            suppress(entry, notice)
            return false
        }
    }
}
