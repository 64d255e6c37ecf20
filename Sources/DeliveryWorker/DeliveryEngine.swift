internal import Delivery
internal import DequeModule
internal import JobQueue
internal import Logging
internal import MailMessage
internal import NIOCore
internal import SMTP

/// Claims, composes, sends and settles, in batches, all on one event loop.
///
/// Jobs wait here between a claim and the moment a connection has room for them; results wait until there are enough for one
/// script call or 25 ms have passed. Nothing on the path of a single message leaves the loop.
final class DeliveryEngine: SMTPMessageSource {
    /// A message that a connection has and whose fate is not known yet.
    private struct InHand {
        var job: DeliveryJob
        var site: String
        var mailing: CompiledMailing
        /// Under which identity it was claimed: after a lost lease it is another worker's job, too.
        var worker: WorkerID
    }

    private enum Phase {
        case running
        /// No new claims; what is in hand finishes.
        case draining
    }

    private static let flushSize = 50
    private static let flushDelay = TimeAmount.milliseconds(25)
    private static let retryDelay = TimeAmount.milliseconds(250)
    private static let longestHold = TimeAmount.seconds(60)
    /// Jobs in one call of a script that goes through them one by one: no call shall hold up Redis for long.
    private static let scriptLimit = 250

    private let queue: JobQueue
    private let lease: Lease
    private let eventLoop: any EventLoop
    private let logger: Logger
    /// The most jobs that are here at once: waiting, in hand, or finished and untold.
    private let capacity: Int
    private let classifier = OutcomeClassifier.standard
    private var buffer = MessageBuffer()
    private var random = SystemRandomNumberGenerator()

    /// Set right after the pool, which needs its source first, is made.
    var pool: SMTPConnectionPool?

    private var phase = Phase.running
    private var relayAvailable = true
    private var waiting: Deque<ClaimedJob> = []
    /// Waiting jobs whose last attempt ended without an answer.
    ///
    /// They go alone: if it is their message that makes the server
    /// hang up, it takes no other message into doubt.
    private var suspects: Deque<ClaimedJob> = []
    private var inHand = Slots<InHand>()
    private var mailings = MailingCache()
    private var results = ResultBuffer()
    private var claiming = false
    /// Results on their way to Redis.
    private var telling = 0
    /// Batches of results whose first telling failed.
    ///
    /// Until Redis has heard them nothing is claimed: a repeated step must not
    /// meet its own job claimed anew.
    private var retelling = 0
    /// Whether a claim may have run without its answer arriving: jobs may be in our flight that we know nothing of.
    private var flightIsUncertain = false
    /// Until when nothing is claimed or begun, because the relay refuses us or a mailing cannot be read.
    private var heldUntil = NIODeadline.uptimeNanoseconds(0)
    private var holdDelay = TimeAmount.seconds(1)
    private var flushScheduled = false
    private var nextClaim: Scheduled<Void>?
    private var drained: EventLoopPromise<Void>?

    init(queue: JobQueue, lease: Lease, capacity: Int, eventLoop: any EventLoop, logger: Logger) {
        self.queue = queue
        self.lease = lease
        self.capacity = capacity
        self.eventLoop = eventLoop
        self.logger = logger
    }

    // MARK: Claiming

    /// Claims as many jobs as there is room for, unless a claim is under way.
    func claimIfRoom() {
        guard phase == .running, relayAvailable, !claiming, retelling == 0 else { return }
        guard mayBegin else { return lookAgain(in: Self.retryDelay) }
        let here = waiting.count + suspects.count + inHand.count + results.count + telling
        if flightIsUncertain {
            guard here == 0 else { return lookAgain(in: Self.retryDelay) }
            return returnFlight()
        }
        // Below a quarter of the capacity another claim would only be a small batch.
        guard capacity - here >= max(1, capacity / 4) else { return }
        claiming = true
        let worker = lease.worker
        queue.claim(min(capacity - here, 500), for: worker).flatMap {
            [queue, eventLoop] claim -> EventLoopFuture<CheckedClaim> in
            guard claim.suppressionsExist, !claim.jobs.isEmpty else {
                return eventLoop.makeSucceededFuture(CheckedClaim(claim: claim, suppressions: nil))
            }
            let keys = claim.jobs.map { (try? EmailAddress(parsing: $0.job.address))?.comparisonKey ?? $0.job.address }
            return queue.suppressions(of: keys).map { CheckedClaim(claim: claim, suppressions: $0) }
        }.assumeIsolated().whenComplete { self.claimed($0, by: worker) }
    }

    private struct CheckedClaim: Sendable {
        var claim: Claim
        var suppressions: [SuppressionNotice?]?
    }

    private func claimed(_ answer: Result<CheckedClaim, any Error>, by worker: WorkerID) {
        claiming = false
        switch answer {
        case .failure(let error):
            logger.debug("claim failed", metadata: ["error": "\(error)"])
            if (error as? JobQueueError)?.code == .leaseLost {
                // What waits here is being given to others; the next beat brings a new identity.
                dropWaiting()
                lease.distrust()
            } else {
                flightIsUncertain = true
            }
            guard phase == .running else { return finishDrainIfDone() }
            lookAgain(in: Self.retryDelay)
        case .success(let checked):
            // Claimed under an identity that is gone: the reaper has given these jobs to others.
            guard worker == lease.worker else { return claimIfRoom() }
            keep(checked)
            guard phase == .running else {
                giveBackWaiting { _ in true }
                return finishDrainIfDone()
            }
            fetchContents()
            if checked.claim.jobs.isEmpty {
                // Jitter keeps a hundred idle workers from asking in step.
                let wait = min(checked.claim.nextIn ?? .seconds(1), .seconds(1)).wholeMilliseconds
                lookAgain(in: .milliseconds(wait + Int64.random(in: 0...50)))
            } else {
                pool?.messagesAvailable()
                claimIfRoom()
            }
        }
    }

    private func keep(_ checked: CheckedClaim) {
        guard let suppressions = checked.suppressions else {
            for entry in checked.claim.jobs { keep(entry) }
            return
        }
        for (entry, suppression) in zip(checked.claim.jobs, suppressions) {
            if let suppression { suppress(entry.job, suppression) } else { keep(entry) }
        }
    }

    /// Gives back all that Redis holds in flight for this worker, which has nothing in hand: jobs of a claim whose answer was lost.
    private func returnFlight() {
        claiming = true
        queue.returnFlight(of: lease.worker).assumeIsolated().whenComplete { answer in
            self.claiming = false
            if case .success(let left) = answer { self.flightIsUncertain = left > 0 }
            guard self.phase == .running else { return self.finishDrainIfDone() }
            if self.flightIsUncertain { self.lookAgain(in: Self.retryDelay) } else { self.claimIfRoom() }
        }
    }

    /// Whether a message may be begun or a job claimed at this moment.
    private var mayBegin: Bool {
        let now = NIODeadline.now()
        return lease.isTrusted(at: now) && now >= heldUntil
    }

    private func keep(_ entry: ClaimedJob) {
        if entry.job.isInDoubt { suspects.append(entry) } else { waiting.append(entry) }
    }

    /// Looks later whether there is something to send or to claim.
    private func lookAgain(in delay: TimeAmount) {
        nextClaim?.cancel()
        nextClaim = eventLoop.assumeIsolated().scheduleTask(in: delay) {
            self.pool?.messagesAvailable()
            self.claimIfRoom()
        }
    }

    /// Sends and claims nothing for a while, longer each time, and says why.
    private func hold(because reason: String) {
        let now = NIODeadline.now()
        guard now >= heldUntil else { return }
        logger.warning("held back; jobs go back meanwhile", metadata: ["reason": "\(reason)"])
        lease.condition = "held back: \(reason)"
        heldUntil = now + holdDelay
        holdDelay = min(holdDelay * 2, Self.longestHold)
        giveBackWaiting { _ in true }
        lookAgain(in: heldUntil - now)
    }

    private func suppress(_ job: DeliveryJob, _ suppression: SuppressionNotice) {
        settle(
            StatusChange(
                job: job.id, time: .now, outcome: suppression.outcome, reason: suppression.reason, rule: "L3",
                phase: .local, attempt: job.attempts, reply: ""))
    }

    // MARK: Contents

    /// Fetches what the mailings of waiting jobs say, where it is not known yet.
    private func fetchContents() {
        for mailing in mailings.missing(among: (waiting + suspects).lazy.map(\.job.id.mailing)) {
            mailings.fetching.insert(mailing)
            queue.content(of: mailing).assumeIsolated().whenComplete { answer in
                self.mailings.fetching.remove(mailing)
                do {
                    guard let content = try answer.get() else {
                        throw JobQueueError(code: .unknownMailing, message: "Redis does not know mailing \(mailing)")
                    }
                    try self.mailings.insert(CompiledMailing(content), for: mailing)
                    self.pool?.messagesAvailable()
                } catch {
                    self.hold(because: "mailing \(mailing) cannot be read: \(error)")
                }
            }
        }
    }

    // MARK: SMTPMessageSource

    func nextMessages(upTo count: Int, isIdle: Bool) -> [OutgoingMessage] {
        guard phase == .running else { return [] }
        guard mayBegin else {
            if !waiting.isEmpty || !suspects.isEmpty { lookAgain(in: Self.retryDelay) }
            return []
        }
        let now = UnixTime.now
        var messages: [OutgoingMessage] = []
        if let suspect = suspects.first, let mailing = mailings[suspect.job.id.mailing] {
            // Until it is idle the connection gets nothing, so that the suspect's turn comes.
            if isIdle { messages.append(begin(suspects.removeFirst(), mailing, at: now, alone: true)) }
        } else {
            messages.reserveCapacity(min(count, waiting.count))
            while messages.count < count, let entry = waiting.first, let mailing = mailings[entry.job.id.mailing] {
                messages.append(begin(waiting.removeFirst(), mailing, at: now, alone: false))
            }
        }
        if messages.isEmpty { fetchContents() }
        claimIfRoom()
        return messages
    }

    private func begin(_ entry: ClaimedJob, _ mailing: CompiledMailing, at now: UnixTime, alone: Bool)
        -> OutgoingMessage
    {
        let message = mailing.compose(entry.job, date: now, in: &buffer)
        var job = entry.job
        if job.firstAttempt == nil { job.firstAttempt = now }
        return OutgoingMessage(
            token: inHand.insert(InHand(job: job, site: entry.site, mailing: mailing, worker: lease.worker)),
            sender: mailing.envelopeSender, recipient: job.address, content: message.content,
            needsSMTPUTF8: message.needsSMTPUTF8, goesAlone: alone)
    }

    func finished(_ token: UInt64, _ result: DeliveryResult) {
        guard let hand = inHand.remove(token) else {
            preconditionFailure("the pool finished a message that it was not given, or twice")
        }
        let classification = classifier.classify(result)
        let verdict = hand.mailing.retry.verdict(
            for: classification, job: hand.job, phase: result.phase, reply: result.words, now: .now, using: &random)
        // Of a job that went to another with the lost lease, only a permanent outcome counts.
        let isOurs = hand.worker == lease.worker
        switch verdict {
        case .settle(let change):
            settle(change)
            if change.outcome == .sent, holdDelay > .seconds(1) {
                holdDelay = .seconds(1)
                lease.condition = "sending"
            }
        case .postpone(let change, let delay, let job):
            guard isOurs else { break }
            results.postpone(PostponedJob(job: job, site: hand.site, delay: delay, change: change))
            scheduleFlush()
        case .giveBack:
            if isOurs {
                results.release(hand.job.id)
                scheduleFlush()
            }
            if case .reply(let reply, _) = result {
                hold(because: "the relay answers \(reply.code) (\(classification.reason))")
            }
        }
        claimIfRoom()
        finishDrainIfDone()
    }

    func endpointUnavailable(_ failure: SMTPEndpointFailure, retryIn: TimeAmount) {
        if relayAvailable {
            logger.warning(
                "the relay does not take mail; jobs go back until it does", metadata: ["smtp.failure": "\(failure)"])
        }
        relayAvailable = false
        lease.condition = "relay unavailable: \(failure)"
        giveBackWaiting { _ in true }
    }

    func endpointAvailable() {
        if !relayAvailable { logger.notice("the relay takes mail again") }
        relayAvailable = true
        lease.condition = "sending"
        claimIfRoom()
    }

    // MARK: Results

    private func settle(_ change: StatusChange) {
        results.settle(change)
        scheduleFlush()
    }

    private func scheduleFlush() {
        if results.count >= Self.flushSize { return flush() }
        guard !flushScheduled else { return }
        flushScheduled = true
        eventLoop.assumeIsolated().scheduleTask(in: Self.flushDelay) {
            self.flushScheduled = false
            self.flush()
        }
    }

    private func flush() {
        guard !results.isEmpty else { return }
        let batch = results.take()
        let worker = lease.worker
        telling += batch.count
        for part in batch.settled.parts(of: Self.scriptLimit) {
            tell(part.count) { $0.settle(part, by: worker) }
        }
        for part in batch.postponed.parts(of: Self.scriptLimit) {
            tell(part.count) { $0.postpone(part, by: worker) }
        }
        for part in batch.released.parts(of: Self.scriptLimit) {
            tell(part.count) { $0.release(part, by: worker) }
        }
    }

    /// Tells Redis until it has heard.
    private func tell(
        _ count: Int, isRepeated: Bool = false, _ step: @escaping (JobQueue) -> EventLoopFuture<Int>
    ) {
        step(queue).assumeIsolated().whenComplete { answer in
            switch answer {
            case .success:
                self.telling -= count
                if isRepeated { self.retelling -= 1 }
                self.claimIfRoom()
                self.finishDrainIfDone()
            case .failure(let error):
                if !isRepeated {
                    self.retelling += 1
                    self.logger.warning(
                        "cannot tell Redis what was done; trying again", metadata: ["error": "\(error)"])
                }
                self.eventLoop.assumeIsolated().scheduleTask(in: Self.retryDelay) {
                    self.tell(count, isRepeated: true, step)
                }
            }
        }
    }

    private func giveBackWaiting(where isMeant: (MailingID) -> Bool) {
        for entry in waiting where isMeant(entry.job.id.mailing) { results.release(entry.job.id) }
        for entry in suspects where isMeant(entry.job.id.mailing) { results.release(entry.job.id) }
        waiting.removeAll { isMeant($0.job.id.mailing) }
        suspects.removeAll { isMeant($0.job.id.mailing) }
        flush()
    }

    // MARK: Lease and shutdown

    /// Takes on a new identity: what waits here has gone, or will go, to others.
    func leaseLost(newIdentity worker: WorkerID, at time: NIODeadline) {
        dropWaiting()
        flightIsUncertain = false
        lease.renew(as: worker, at: time)
        claimIfRoom()
    }

    /// Forgets what was claimed and not begun, and what was to be put aside or given back: it is no longer ours.
    private func dropWaiting() {
        waiting.removeAll()
        suspects.removeAll()
        results.keepSettled()
        // A lost lease may mean a Redis that lost its data, where a mailing's number may mean another mailing.
        mailings.removeAll()
    }

    /// Claims no more and gives back what waits; succeeds when everything in hand has ended and Redis has heard of it, or
    /// when the grace time is over: what Redis has not heard of by then returns to the queue with the lease.
    func drain(grace: TimeAmount) -> EventLoopFuture<Void> {
        let promise = drained ?? eventLoop.makePromise(of: Void.self)
        drained = promise
        phase = .draining
        eventLoop.assumeIsolated().scheduleTask(in: grace) { promise.succeed() }
        nextClaim?.cancel()
        giveBackWaiting { _ in true }
        finishDrainIfDone()
        return promise.futureResult
    }

    private func finishDrainIfDone() {
        guard phase == .draining, !claiming, inHand.count == 0 else { return }
        flush()
        if telling == 0 { drained?.succeed() }
    }
}
