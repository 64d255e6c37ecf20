internal import Delivery
internal import DequeModule
internal import JobQueue
internal import Logging
internal import NIOCore
internal import SMTP

extension DeliveryEngine {
    /// Claims as many jobs as there is room for, unless a claim is under way.
    func claimIfRoom() {
        guard phase == .running, hasWay, !claiming, retelling == 0 else { return }
        guard mayBegin else { return lookAgain(in: Self.retryDelay) }
        let here = present
        if let shard = asking.uncertain {
            // What is in hand has to end first; what only waits need not.
            guard here == 0 else {
                giveBackWaiting()
                return lookAgain(in: Self.retryDelay)
            }
            return returnFlight(in: shard)
        }
        // Below a quarter of the capacity another claim would only be a small batch.
        guard capacity - here >= max(1, capacity / 4) else { return }
        if !passed.isEmpty { lookAtPassedMailings() }
        let now = NIODeadline.now()
        let allowed: Int
        switch sources.room(at: now) {
        case .messages(let room): allowed = room
        // Every address that we send from has reached its rate.
        case .none(let until): return lookAgain(in: until - now)
        }
        let next = asking.next(now: now)
        guard let number = next.shard else { return lookAgain(in: next.waitUntil - now) }
        claiming = true
        let worker = lease.worker
        let shard = queue.shards[number]
        shard.claim(min(capacity - here, 500, allowed), for: worker, passing: passed.all).flatMap {
            [eventLoop] claim -> EventLoopFuture<CheckedClaim> in
            guard claim.suppressionsExist, !claim.jobs.isEmpty else {
                return eventLoop.makeSucceededFuture(CheckedClaim(claim: claim, suppressions: nil))
            }
            let keys = claim.jobs.map { AddressSieve.comparisonKey($0.job.address) }
            return shard.suppressions(of: keys).map { CheckedClaim(claim: claim, suppressions: $0) }
        }.assumeIsolated().whenComplete { self.claimed($0, from: number, by: worker) }
    }

    private struct CheckedClaim: Sendable {
        var claim: Claim
        var suppressions: [SuppressionNotice?]?
    }

    private func claimed(_ answer: Result<CheckedClaim, any Error>, from shard: Int, by worker: WorkerID) {
        claiming = false
        switch answer {
        case .failure(let error):
            claimFailed(error, in: shard, worker)
        case .success(let checked):
            // Claimed under an identity that is gone: the reaper has given these jobs to others.
            guard worker == lease.worker else {
                claimIfRoom()
                return finishDrainIfDone()
            }
            // Something of this shard's is being told again: a claim that ran late may hold what is given back. All goes back.
            guard !asking.isUncertain(shard) else {
                claimIfRoom()
                return finishDrainIfDone()
            }
            if lease.condition == Self.notOpen { lease.condition = "sending" }
            keep(checked)
            guard phase == .running, hasWay else {
                giveBackWaiting()
                return finishDrainIfDone()
            }
            fetchContents(of: checked.claim.jobs)
            if checked.claim.jobs.isEmpty {
                // Jitter keeps a hundred idle workers from asking in step.
                let wait = min(checked.claim.nextIn ?? .seconds(1), .seconds(1)).wholeMilliseconds
                asking.rest(shard, until: .now() + .milliseconds(wait + Int64.random(in: 0...max(5, wait / 20))))
            } else {
                wakeFed()
                mark()
                listenForNews()
            }
            claimIfRoom()
        }
    }

    private static let notOpen = "waiting until the coordinator has checked Redis, which has started anew"

    private func claimFailed(_ error: any Error, in shard: Int, _ worker: WorkerID) {
        switch (error as? JobQueueError)?.code {
        case .leaseLost:
            // What waits here is being given to others; the next beat brings a new identity, if it has not yet.
            if worker == lease.worker {
                dropWaiting()
                lease.distrust()
            }
        case .notOpen:
            if lease.condition != Self.notOpen { logger.notice("\(Self.notOpen)") }
            lease.condition = Self.notOpen
            // It may have come back older, with jobs in our flight that we were done with.
            asking.setUncertain(shard, true)
            asking.rest(shard, until: .now() + Self.retryDelay)
        default:
            logger.debug("claim failed", metadata: ["error": "\(error)"])
            asking.setUncertain(shard, true)
        }
        guard phase == .running else { return finishDrainIfDone() }
        lookAgain(in: Self.retryDelay)
    }

    private func keep(_ checked: CheckedClaim) {
        guard let suppressions = checked.suppressions else {
            for entry in checked.claim.jobs { keep(entry) }
            return
        }
        for (entry, suppression) in zip(checked.claim.jobs, suppressions) {
            if let suppression { suppress(entry, suppression) } else { keep(entry) }
        }
    }

    private func keep(_ entry: ClaimedJob) {
        if orphans.contains(entry.job.id) {
            // Its message is in the air: sending it again would be twice.
            adopted[entry.job.id] = entry
        } else if passed.contains(entry.job.id.mailing) {
            // Claimed before it was known that it cannot be sent from here.
            release(entry)
        } else {
            dispatch(entry)
        }
    }

    /// Ends a job whose address gets no mail any more.
    func suppress(_ entry: ClaimedJob, _ suppression: SuppressionNotice) {
        settle(
            StatusChange(
                job: entry.job.id, time: .now, outcome: suppression.outcome, reason: suppression.reason, rule: "L3",
                phase: .local, attempt: entry.job.attempts, reply: ""), of: entry)
    }

    /// Gives back all that a shard holds in flight for this worker, which has nothing in hand: jobs of a claim whose answer was lost.
    private func returnFlight(in shard: Int) {
        claiming = true
        queue.shards[shard].returnFlight(of: lease.worker).assumeIsolated().whenComplete { answer in
            self.claiming = false
            if case .success(let left) = answer { self.asking.setUncertain(shard, left > 0) }
            guard self.phase == .running else { return self.finishDrainIfDone() }
            if self.asking.uncertain != nil { self.lookAgain(in: Self.retryDelay) } else { self.claimIfRoom() }
        }
    }

    // MARK: Marking

    /// Puts an outlet into the queue of those whose jobs are to be marked.
    func awaitMarks(_ outlet: Outlet) {
        guard !outlet.awaitsMarking, !outlet.waiting.unmarked.isEmpty || !outlet.waiting.repeaters.isEmpty else {
            return
        }
        outlet.awaitsMarking = true
        outlets.awaitingMarks.append(outlet)
    }

    /// Marks jobs as about to be sent that must be before they are: few more than can be begun at once, since a worker that dies
    /// leaves in doubt what was marked.
    ///
    /// Outlets take turns; one that may not now comes again when that changes.
    func mark() {
        while phase == .running, marking == 0, mayBegin, let outlet = outlets.awaitingMarks.popFirst() {
            outlet.awaitsMarking = false
            mark(outlet)
        }
    }

    private func mark(_ outlet: Outlet) {
        // An eighth of what may be unanswered: where the server is far that is more.
        let limit = min(max(8, 4 * outlet.connections + (outlet.pool?.windowGrowth ?? 0) / 8), Self.scriptLimit)
        guard outlet.waiting.marked.count < limit, outlet.waiting.suspects.count < outlet.connections else { return }
        let batch = outlet.waiting.takeForMarking(
            upTo: limit, suspects: outlet.connections,
            repeaterIsAlone: outlet.waiting.repeaters.isEmpty || !repeaterIsUnderWay
        ) { [queue] in
            queue.shardNumber(ofSite: $0.site)
        }
        guard let first = batch.first else { return }
        awaitMarks(outlet)
        let shard = queue.shardNumber(ofSite: first.site)
        marking = batch.count
        outlet.isMarking = true
        let worker = lease.worker
        queue.shards[shard].air(batch.map(\.job.id), by: worker).assumeIsolated().whenComplete { answer in
            self.marking = 0
            outlet.isMarking = false
            self.marked(batch, for: outlet, answer, by: worker)
            // Its last connection may have gone meanwhile.
            if outlet.receiver.kind == .site { self.unused(outlet) }
        }
    }

    /// Whether a job that may be what kills workers is marked and Redis has not heard what became of it.
    private var repeaterIsUnderWay: Bool {
        tellingRepeaters > 0 || outlets.all.contains { $0.waiting.suspects.contains(where: \.isRepeater) }
            || inHand.contains(where: \.entry.isRepeater) || results.contains(where: \.hasRepeater)
    }

    private func marked(
        _ batch: [ClaimedJob], for outlet: Outlet, _ answer: Result<[Bool], any Error>, by worker: WorkerID
    ) {
        // They are about this batch, whatever becomes of it.
        defer { newsWhileMarking = [:] }
        // Under an identity that is gone they are no longer ours.
        guard worker == lease.worker else {
            mark()
            return finishDrainIfDone()
        }
        switch answer {
        case .success(let marks):
            var ours = heedNews(zip(batch, marks).filter(\.1).map(\.0))
            if !passed.isEmpty {
                giveBack(ours.filter { passed.contains($0.job.id.mailing) })
                ours.removeAll { passed.contains($0.job.id.mailing) }
            }
            guard phase == .running, hasWay, outlet.isAvailable, !outlet.isRemoved, NIODeadline.now() >= heldUntil
            else {
                giveBack(ours)
                mark()
                return finishDrainIfDone()
            }
            for entry in ours { outlet.waiting.keepMarked(entry) }
            outlet.wake()
            mark()
        case .failure(let error):
            if (error as? JobQueueError)?.code == .leaseLost {
                dropWaiting()
                lease.distrust()
            } else if phase == .running, !outlet.isRemoved {
                // Repeating it is harmless.
                let rest = heedNews(batch)
                giveBack(rest.filter { passed.contains($0.job.id.mailing) })
                outlet.waiting.keepUnmarked(rest.filter { !passed.contains($0.job.id.mailing) })
                awaitMarks(outlet)
            } else {
                giveBack(batch)
            }
            guard phase == .running else { return finishDrainIfDone() }
            lookAgain(in: Self.retryDelay)
        }
    }
}
