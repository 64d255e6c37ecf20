internal import Contacts
internal import JobQueue
internal import Logging

/// Makes Redis agree with the contact book and the configuration file about the limits of sites: at the start, and after
/// Redis has lost its data.
struct SiteLimitKeeper: Loop {
    static let purpose = "keep limits of sites"
    static let rest = Duration.seconds(1)

    let book: ContactBook
    let queue: JobQueue
    let configured: [String: SiteLimitSetting]
    let logger: Logger

    func round() async throws -> Bool {
        try await agree(with: queue.shards)
        return false
    }

    /// Makes shards agree; one that cannot be reached holds up no other.
    func agree(with shards: [QueueShard]) async throws {
        let wanted = try await SiteLimits(book: book, configured: configured).all
        var failure: (any Error)?
        for shard in shards {
            do { try await agree(with: shard, wanted.mapValues(\.limit)) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    private func agree(with shard: QueueShard, _ limits: [String: SiteLimit]) async throws {
        let wanted = limits.filter { site, _ in
            site == JobQueue.allSites || queue.shardNumber(ofSite: site) == shard.number
        }
        let present = try await shard.siteLimits()
        for site in Set(wanted.keys).union(present.keys) where wanted[site] != present[site] {
            try await shard.setSiteLimit(wanted[site], for: site)
        }
    }
}
