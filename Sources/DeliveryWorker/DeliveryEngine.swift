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
    }

    private enum Phase {
        case running
        /// No new claims; what is in hand finishes.
        case draining
    }

    private static let flushSize = 50
    private static let flushDelay = TimeAmount.milliseconds(25)
    private static let retryDelay = TimeAmount.milliseconds(250)

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
        guard phase == .running, relayAvailable, !claiming, lease.isTrusted(at: .now()) else { return }
        let room = capacity - waiting.count - suspects.count - inHand.count - results.count - telling
        // Below a quarter of the capacity another claim would only be a small batch.
        guard room >= max(1, capacity / 4) else { return }
        claiming = true
        nextClaim?.cancel()
        nextClaim = nil
        queue.claim(min(room, 500), for: lease.worker).flatMap {
            [queue, eventLoop] claim -> EventLoopFuture<CheckedClaim> in
            guard claim.suppressionsExist, !claim.jobs.isEmpty else {
                return eventLoop.makeSucceededFuture(CheckedClaim(claim: claim, suppressions: nil))
            }
            return queue.suppressions(of: claim.jobs.map { $0.job.address.lowercased() })
                .map { CheckedClaim(claim: claim, suppressions: $0) }
        }.assumeIsolated().whenComplete { self.claimed($0) }
    }

    private struct CheckedClaim: Sendable {
        var claim: Claim
        var suppressions: [SuppressionNotice?]?
    }

    private func claimed(_ answer: Result<CheckedClaim, any Error>) {
        claiming = false
        switch answer {
        case .failure(let error):
            logger.debug("claim failed", metadata: ["error": "\(error)"])
            guard phase == .running else { return finishDrainIfDone() }
            claimAgain(in: Self.retryDelay)
        case .success(let checked):
            let claim = checked.claim
            guard phase == .running else {
                for entry in claim.jobs { results.release(entry.job.id) }
                flush()
                return finishDrainIfDone()
            }
            if let suppressions = checked.suppressions {
                for (entry, suppression) in zip(claim.jobs, suppressions) {
                    if let suppression { suppress(entry.job, suppression) } else { keep(entry) }
                }
            } else {
                for entry in claim.jobs { keep(entry) }
            }
            fetchContents()
            if claim.jobs.isEmpty {
                // Jitter keeps a hundred idle workers from asking in step.
                let wait = min(claim.nextIn ?? .seconds(1), .seconds(1)).wholeMilliseconds
                claimAgain(in: .milliseconds(wait + Int64.random(in: 0...50)))
            } else {
                pool?.messagesAvailable()
                claimIfRoom()
            }
        }
    }

    private func keep(_ entry: ClaimedJob) {
        if entry.job.isInDoubt { suspects.append(entry) } else { waiting.append(entry) }
    }

    private func claimAgain(in delay: TimeAmount) {
        nextClaim?.cancel()
        nextClaim = eventLoop.assumeIsolated().scheduleTask(in: delay) { self.claimIfRoom() }
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
                    self.logger.error(
                        "cannot read a mailing; its jobs go back",
                        metadata: ["mailing.id": "\(mailing)", "error": "\(error)"])
                    self.giveBackWaiting { $0 == mailing }
                    self.claimAgain(in: .seconds(1))
                }
            }
        }
    }

    // MARK: SMTPMessageSource

    func nextMessages(upTo count: Int, isIdle: Bool) -> [OutgoingMessage] {
        guard phase == .running, lease.isTrusted(at: .now()) else { return [] }
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
            token: inHand.insert(InHand(job: job, site: entry.site, mailing: mailing)), sender: mailing.envelopeSender,
            recipient: job.address, content: message.content, needsSMTPUTF8: message.needsSMTPUTF8, goesAlone: alone)
    }

    func finished(_ token: UInt64, _ result: DeliveryResult) {
        guard let hand = inHand.remove(token) else {
            preconditionFailure("the pool finished a message that it was not given, or twice")
        }
        let classification = classifier.classify(result)
        let verdict = hand.mailing.retry.verdict(
            for: classification, job: hand.job, phase: result.phase, reply: result.words, now: .now, using: &random)
        switch verdict {
        case .settle(let change): settle(change)
        case .postpone(let change, let delay, let job):
            results.postpone(PostponedJob(job: job, site: hand.site, delay: delay, change: change))
            scheduleFlush()
        case .giveBack:
            results.release(hand.job.id)
            scheduleFlush()
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
        telling += batch.count
        if !batch.settled.isEmpty { tell(batch.settled.count) { $0.settle(batch.settled, by: $1) } }
        if !batch.postponed.isEmpty { tell(batch.postponed.count) { $0.postpone(batch.postponed, by: $1) } }
        if !batch.released.isEmpty { tell(batch.released.count) { $0.release(batch.released, by: $1) } }
    }

    /// Tells Redis until it has heard: every transition may be repeated, so an answer that was lost does no harm.
    private func tell(_ count: Int, _ step: @escaping (JobQueue, WorkerID) -> EventLoopFuture<Int>) {
        step(queue, lease.worker).assumeIsolated().whenComplete { answer in
            switch answer {
            case .success:
                self.telling -= count
                self.claimIfRoom()
                self.finishDrainIfDone()
            case .failure(let error):
                self.logger.warning("cannot tell Redis what was done; trying again", metadata: ["error": "\(error)"])
                self.eventLoop.assumeIsolated().scheduleTask(in: Self.retryDelay) { self.tell(count, step) }
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

    /// The lease was lost: what waits here has gone, or will go, to others.
    func leaseLost() {
        waiting.removeAll()
        suspects.removeAll()
        claimIfRoom()
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
