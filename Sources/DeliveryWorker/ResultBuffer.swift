internal import Delivery
internal import JobQueue

/// What a worker has finished and not yet told Redis, gathered so that many jobs share one script call.
struct ResultBuffer {
    private(set) var settled: [StatusChange] = []
    private(set) var postponed: [PostponedJob] = []
    private(set) var released: [DeliveryJob.ID] = []
    /// Whether a job is among them that was about to be sent when a worker died.
    private(set) var hasRepeater = false
    /// What ended at sites that are paced.
    private var news: [String: SiteNews] = [:]

    var count: Int { settled.count + postponed.count + released.count }
    var isEmpty: Bool { count == 0 }
    var siteNews: [SiteNews] { Array(news.values) }

    mutating func settle(_ change: StatusChange, of entry: ClaimedJob) {
        settled.append(change)
        note(entry, wasSent: change.outcome == .sent)
    }

    mutating func postpone(_ job: PostponedJob, of entry: ClaimedJob) {
        postponed.append(job)
        note(entry, wasSent: false)
    }

    mutating func release(_ entry: ClaimedJob) {
        released.append(entry.job.id)
        note(entry, wasSent: false)
    }

    private mutating func note(_ entry: ClaimedJob, wasSent: Bool) {
        if entry.isRepeater { hasRepeater = true }
        guard entry.siteIsPaced else { return }
        if entry.siteCountsConnections {
            news[entry.site, default: SiteNews(site: entry.site)].jobs.append(entry.job.id)
        }
        if wasSent { news[entry.site, default: SiteNews(site: entry.site)].sent += 1 }
    }

    /// Drops all but permanent outcomes, which count whoever tells them.
    mutating func keepSettled() {
        postponed.removeAll()
        released.removeAll()
        if settled.isEmpty { self = ResultBuffer() }
    }

    /// Empties the buffer, handing over what was in it.
    mutating func take() -> ResultBuffer {
        let full = self
        self = ResultBuffer()
        settled.reserveCapacity(full.settled.count)
        return full
    }
}

extension Array {
    /// This array cut into parts of at most `size` elements.
    func parts(of size: Int) -> [[Element]] {
        count <= size
            ? (isEmpty ? [] : [self])
            : stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
