internal import Delivery
internal import JobQueue
internal import Logging
internal import NIOCore

extension DeliveryEngine {
    private static let flushSize = 50
    private static let flushDelay = TimeAmount.milliseconds(25)
    /// Jobs in one call of a script that goes through them one by one: no call shall hold up Redis for long.
    private static let scriptLimit = 250

    func settle(_ change: StatusChange, of entry: ClaimedJob) {
        results[queue.shardNumber(ofSite: entry.site)].settle(change, of: entry)
        scheduleFlush()
    }

    func postpone(_ job: PostponedJob, of entry: ClaimedJob) {
        results[queue.shardNumber(ofSite: entry.site)].postpone(job, of: entry)
        scheduleFlush()
    }

    func release(_ entry: ClaimedJob) {
        results[queue.shardNumber(ofSite: entry.site)].release(entry)
        scheduleFlush()
    }

    /// Gives jobs back that were not begun.
    func giveBack(_ entries: [ClaimedJob]) {
        for entry in entries { results[queue.shardNumber(ofSite: entry.site)].release(entry) }
        flush()
    }

    private func scheduleFlush() {
        if results.reduce(0, { $0 + $1.count }) >= Self.flushSize { return flush() }
        guard !flushScheduled else { return }
        flushScheduled = true
        eventLoop.assumeIsolated().scheduleTask(in: Self.flushDelay) {
            self.flushScheduled = false
            self.flush()
        }
    }

    func flush() {
        for shard in queue.shards where !results[shard.number].isEmpty {
            flush(results[shard.number].take(), to: shard)
        }
    }

    private func flush(_ batch: ResultBuffer, to shard: QueueShard) {
        let worker = lease.worker
        telling += batch.count
        // What ended at paced sites goes with the first call.
        var news = batch.siteNews
        func takeNews() -> [SiteNews] {
            defer { news = [] }
            return news
        }
        for part in batch.settled.parts(of: Self.scriptLimit) {
            let news = takeNews()
            tell(part.count, to: shard, news) { shard.settle(part, by: worker, news: news) }
        }
        for part in batch.postponed.parts(of: Self.scriptLimit) {
            let news = takeNews()
            tell(part.count, to: shard, news) { shard.postpone(part, by: worker, news: news) }
        }
        for part in batch.released.parts(of: Self.scriptLimit) {
            let news = takeNews()
            tell(part.count, to: shard, news) { shard.release(part, by: worker, news: news) }
        }
    }

    /// Tells Redis until it has heard.
    private func tell(
        _ count: Int, to shard: QueueShard, _ news: [SiteNews], isRepeated: Bool = false,
        _ step: @escaping () -> EventLoopFuture<Int>
    ) {
        step().assumeIsolated().whenComplete { answer in
            switch answer {
            case .success:
                self.telling -= count
                if isRepeated { self.retelling -= 1 }
                // A connection is free again: others may wait for it.
                if news.contains(where: { !$0.jobs.isEmpty }) { self.asking.rest(shard.number, until: .now()) }
                self.claimIfRoom()
                self.finishDrainIfDone()
            case .failure(let error):
                if !isRepeated {
                    self.retelling += 1
                    // A Redis that went away may come back older, with jobs in our flight that we were done with.
                    self.asking.setUncertain(shard.number, true)
                    self.logger.warning(
                        "cannot tell Redis what was done; trying again", metadata: ["error": "\(error)"])
                }
                self.eventLoop.assumeIsolated().scheduleTask(in: Self.retryDelay) {
                    self.tell(count, to: shard, news, isRepeated: true, step)
                }
            }
        }
    }
}
