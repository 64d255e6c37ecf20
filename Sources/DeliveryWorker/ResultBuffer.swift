internal import Delivery
internal import JobQueue

/// What a worker has finished and not yet told Redis, gathered so that many jobs share one script call.
struct ResultBuffer {
    private(set) var settled: [StatusChange] = []
    private(set) var postponed: [PostponedJob] = []
    private(set) var released: [DeliveryJob.ID] = []
    /// Whether a job is among them that was about to be sent when a worker died.
    private(set) var hasRepeater = false
    /// Whether a job is among them for whose connection others may wait.
    private(set) var freesConnections = false
    /// How many messages each paced site accepted.
    private var accepted: [String: Int] = [:]

    var count: Int { settled.count + postponed.count + released.count }
    var isEmpty: Bool { count == 0 }
    var siteNews: [SiteNews] { accepted.map { SiteNews(site: $0.key, sent: $0.value) } }

    mutating func settle(_ change: StatusChange, of entry: ClaimedJob) {
        settled.append(change)
        note(entry, wasTaken: change.showsOpenSite)
    }

    mutating func postpone(_ job: PostponedJob, of entry: ClaimedJob) {
        postponed.append(job)
        note(entry, wasTaken: false)
    }

    mutating func release(_ entry: ClaimedJob) {
        released.append(entry.job.id)
        note(entry, wasTaken: false)
    }

    private mutating func note(_ entry: ClaimedJob, wasTaken: Bool) {
        if entry.isRepeater { hasRepeater = true }
        if entry.siteCountsConnections { freesConnections = true }
        if entry.siteIsPaced, wasTaken { accepted[entry.site, default: 0] += 1 }
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

extension StatusChange {
    /// Whether the site deals with our mail: it took the message, or judged it or its recipient by itself.
    ///
    /// A site that was left alone is then left alone no more.
    fileprivate var showsOpenSite: Bool {
        [.rcpt, .data, .dot].contains(phase) && ![.senderBlocked, .expired, .softBounceLimit].contains(reason)
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
