internal import Delivery
internal import JobQueue
internal import Logging
internal import NIOCore

extension DeliveryEngine {
    private static let flushSize = 50
    private static let flushDelay = TimeAmount.milliseconds(25)
    /// Jobs in one call of a script that goes through them one by one: no call shall hold up Redis for long.
    static let scriptLimit = 250

    func settle(_ change: StatusChange, of entry: ClaimedJob) {
        results[queue.shardNumber(ofSite: entry.site)].settle(change, of: entry)
        scheduleFlush(entry)
    }

    func postpone(_ job: PostponedJob, of entry: ClaimedJob) {
        results[queue.shardNumber(ofSite: entry.site)].postpone(job, of: entry)
        scheduleFlush(entry)
    }

    func release(_ entry: ClaimedJob) {
        results[queue.shardNumber(ofSite: entry.site)].release(entry)
        scheduleFlush(entry)
    }

    /// Gives jobs back that were not begun.
    func giveBack(_ entries: [ClaimedJob]) {
        guard !entries.isEmpty else { return }
        for entry in entries { results[queue.shardNumber(ofSite: entry.site)].release(entry) }
        flush()
    }

    private func scheduleFlush(_ entry: ClaimedJob) {
        // The next repeater waits until Redis has heard of this one.
        if entry.isRepeater || results.reduce(0, { $0 + $1.count }) >= Self.flushSize { return flush() }
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

    /// One call that tells Redis of finished jobs.
    private struct Telling {
        var jobs: Int
        var shard: QueueShard
        var freesConnections: Bool
        /// Whether it may be the one that tells of a repeater.
        var hasRepeater: Bool
        var step: () -> EventLoopFuture<Int>
    }

    private func flush(_ batch: ResultBuffer, to shard: QueueShard) {
        let worker = lease.worker
        telling += batch.count
        // What paced sites accepted goes with the first call.
        var news = batch.siteNews
        func tell(_ jobs: Int, _ step: @escaping () -> EventLoopFuture<Int>) {
            if batch.hasRepeater { tellingRepeaters += 1 }
            self.tell(
                Telling(
                    jobs: jobs, shard: shard, freesConnections: batch.freesConnections,
                    hasRepeater: batch.hasRepeater, step: step),
                isRepeated: false)
        }
        for part in batch.settled.parts(of: Self.scriptLimit) {
            let told = news
            news = []
            tell(part.count) { shard.settle(part, by: worker, news: told) }
        }
        for part in batch.postponed.parts(of: Self.scriptLimit) {
            tell(part.count) { shard.postpone(part, by: worker) }
        }
        for part in batch.released.parts(of: Self.scriptLimit) {
            tell(part.count) { shard.release(part, by: worker) }
        }
    }

    /// Tells Redis until it has heard.
    private func tell(_ telling: Telling, isRepeated: Bool) {
        telling.step().assumeIsolated().whenComplete { answer in
            switch answer {
            case .success:
                if isRepeated { self.retelling -= 1 }
                self.told(telling)
            case .failure(let error):
                if !isRepeated {
                    self.retelling += 1
                    // A Redis that went away may come back older, with jobs in our flight that we were done with.
                    self.asking.setUncertain(telling.shard.number, true)
                    self.logger.warning(
                        "cannot tell Redis what was done; trying again", metadata: ["error": "\(error)"])
                }
                self.eventLoop.assumeIsolated().scheduleTask(in: Self.retryDelay) {
                    self.tell(telling, isRepeated: true)
                }
            }
        }
    }

    private func told(_ telling: Telling) {
        self.telling -= telling.jobs
        if telling.hasRepeater {
            tellingRepeaters -= 1
            // The next repeater waited for this one to be told of.
            for outlet in outlets.all { awaitMarks(outlet) }
            mark()
        }
        // A connection is free again: others may wait for it.
        if telling.freesConnections { asking.rest(telling.shard.number, until: .now()) }
        claimIfRoom()
        finishDrainIfDone()
    }
}
