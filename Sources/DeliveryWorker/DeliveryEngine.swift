internal import Delivery
internal import JobQueue
internal import Logging
internal import MailMessage
internal import MailRouting
internal import NIOCore
internal import SMTP

/// Claims, composes, sends and settles, in batches, all on one event loop.
///
/// Jobs wait here between a claim and the moment a connection has room for them; results wait until there are enough for one
/// script call or 25 ms have passed. Nothing on the path of a single message leaves the loop.
///
/// Claiming, choosing ways, sending and telling are in files of their own beside this one.
final class DeliveryEngine {
    /// A message that a connection has and whose fate is not known yet.
    struct InHand {
        var entry: ClaimedJob
        var mailing: CompiledMailing
        /// Under which identity it was claimed: after a lost lease it is another worker's job, too.
        var worker: WorkerID
        /// Who was to take it; `nil` when it never came to that.
        var receiver: Receiver?
        /// Whether its site was found to refuse us after it was begun: that it is refused then, too, says nothing new.
        var isOutdated = false
    }

    enum Phase {
        case running
        /// No new claims; what is in hand finishes.
        case draining
    }

    static let retryDelay = TimeAmount.milliseconds(250)
    private static let longestHold = TimeAmount.seconds(60)

    let queue: JobQueue
    let lease: Lease
    let configuration: WorkerConfiguration
    let eventLoop: any EventLoop
    let logger: Logger
    /// ``capacity`` while all servers are near.
    private let leastCapacity: Int
    let tlsReports: TLSReportCounters
    let classifier = OutcomeClassifier.standard
    var buffer = MessageBuffer()
    var random = SystemRandomNumberGenerator()

    /// `nil` where everything goes to relays.
    let router: MailRouter?
    /// Whether everything goes to the relays that take mail for everybody; asked for every job.
    let areRelaysOnly: Bool
    /// The most connections of all outlets together.
    let connectionLimit: SMTPConnectionLimit
    /// What is known of hosts whose TLS fails, for all outlets.
    let hostMemory = SMTPHostMemory()
    var outlets: Outlets
    var sources: SourceRotation
    var reach = ReachMeter()
    /// Outlets that got jobs since their connections were last told.
    var fed: [Outlet] = []
    /// Jobs of domains whose way is being looked up.
    var unrouted: [String: [ClaimedJob]] = [:]
    /// Attempts that have ended before a connection, of mailings whose content is not here yet.
    var unjudged: [(entry: ClaimedJob, result: DeliveryResult)] = []

    var phase = Phase.running
    /// Jobs that wait at outlets; these keep the number.
    var waitingCount = 0
    /// Jobs in ``unrouted``.
    var unroutedCount = 0
    var inHand = Slots<InHand>()
    /// Jobs that were in hand when the lease was lost: another worker may have them by now, or this one may get them again.
    var orphans: Set<DeliveryJob.ID> = []
    /// Orphans that this worker has claimed again while their messages were still in the air: what comes of those counts.
    var adopted: [DeliveryJob.ID: ClaimedJob] = [:]
    var mailings = MailingCache()
    /// Those that this worker cannot send.
    var passed = PassedMailings(limit: QueueShard.mostPasses)
    var asking: ShardRotation
    /// Whether a claim, or a return of what a lost one may have claimed, is under way.
    var claiming = false
    /// Jobs that are being marked as about to be sent.
    var marking = 0
    /// How many suppressions each shard has told of.
    var toldSuppressions: [Int]
    /// Whether the next question for news of suppressions is planned or under way.
    var listensForNews = false
    /// What was suppressed while jobs were being marked, which wait nowhere meanwhile.
    var newsWhileMarking: [String: SuppressionNotice] = [:]
    /// What is finished, by shard.
    var results: [ResultBuffer]
    var flushScheduled = false
    /// Results on their way to Redis.
    var telling = 0
    /// Calls on their way to Redis that tell of a repeater.
    var tellingRepeaters = 0
    /// Batches of results whose first telling failed.
    ///
    /// Until Redis has heard them nothing is claimed: a repeated step must not
    /// meet its own job claimed anew.
    var retelling = 0
    var meter: SiteMeter
    /// Sites that Redis is being told to slow down.
    var backingOff: Set<String> = []
    /// Until when nothing is claimed or begun, because the relay refuses us or mailings cannot be fetched.
    var heldUntil = NIODeadline.uptimeNanoseconds(0)
    private var holdDelay = TimeAmount.seconds(1)
    private var nextLook: Scheduled<Void>?
    private var nextLookAt = NIODeadline.distantFuture
    private var drained: EventLoopPromise<Void>?

    init(
        queue: JobQueue, lease: Lease, configuration: WorkerConfiguration, router: MailRouter?,
        tlsReports: TLSReportCounters, capacity: Int, eventLoop: any EventLoop, logger: Logger
    ) {
        self.queue = queue
        self.lease = lease
        self.configuration = configuration
        leastCapacity = capacity
        self.eventLoop = eventLoop
        self.logger = logger
        areRelaysOnly = configuration.routes.areRelaysOnly
        self.router = router
        self.tlsReports = tlsReports
        connectionLimit = SMTPConnectionLimit(maximum: configuration.smtp.maximumConnections, eventLoop: eventLoop)
        outlets = Outlets(configuration.routes)
        sources = SourceRotation(configuration.routes.sources)
        asking = ShardRotation(count: queue.shards.count)
        results = Array(repeating: ResultBuffer(), count: queue.shards.count)
        toldSuppressions = Array(repeating: 0, count: queue.shards.count)
        meter = SiteMeter(now: .now())
    }

    private static let mostGrowth = 8192

    /// The most jobs that are here at once: waiting, in hand, or finished and untold; more as windows grow, so that each can be
    /// full and the next one waiting.
    var capacity: Int { leastCapacity + min(2 * connectionLimit.windowGrowth, Self.mostGrowth) }

    /// All jobs that are here.
    var present: Int {
        waitingCount + unroutedCount + unjudged.count + marking + inHand.count + results.reduce(0) { $0 + $1.count }
            + telling
    }

    /// Whether a message may be begun or a job claimed at this moment.
    var mayBegin: Bool {
        let now = NIODeadline.now()
        return lease.isTrusted(at: now) && now >= heldUntil
    }

    /// Looks later whether there is something to send or to claim.
    func lookAgain(in delay: TimeAmount) {
        let time = NIODeadline.now() + delay
        guard time < nextLookAt else { return }
        nextLook?.cancel()
        nextLookAt = time
        nextLook = eventLoop.assumeIsolated().scheduleTask(deadline: time) {
            self.nextLookAt = .distantFuture
            if !self.unjudged.isEmpty { self.fetchContents(of: self.unjudged.map(\.entry)) }
            self.wakeOutlets()
            self.claimIfRoom()
        }
    }

    /// Sends and claims nothing for a while, longer each time, and says why.
    func hold(because reason: String) {
        let now = NIODeadline.now()
        guard now >= heldUntil else { return }
        logger.warning("held back; jobs go back meanwhile", metadata: ["reason": "\(reason)"])
        lease.condition = "held back: \(reason)"
        heldUntil = now + holdDelay
        holdDelay = min(holdDelay * 2, Self.longestHold)
        giveBackWaiting()
        lookAgain(in: heldUntil - now)
    }

    /// What we send is taken: the next hold, if there is one, begins with a short wait again.
    func noteSuccess() {
        guard holdDelay > .seconds(1) else { return }
        holdDelay = .seconds(1)
        lease.condition = "sending"
    }
}

// MARK: - Lease and shutdown

extension DeliveryEngine {
    /// Takes on a new identity: what waits here has gone, or will go, to others.
    func leaseLost(newIdentity worker: WorkerID, at time: NIODeadline) {
        dropWaiting()
        asking.forgetDoubts()
        orphans = Set(inHand.all.map(\.entry.job.id))
        adopted = [:]
        lease.renew(as: worker, at: time)
        // First what is known, so that nothing of it is claimed again.
        flush()
        claimIfRoom()
    }

    /// Forgets what was claimed and not begun, and what was to be put aside or given back: it is no longer ours.
    func dropWaiting() {
        _ = takeWaiting()
        for shard in results.indices { results[shard].keepSettled() }
        // A lost lease may mean a Redis that lost its data, where a mailing's number may mean another mailing.
        mailings.removeAll()
        passed.removeAll()
        lease.lacks = [:]
    }

    /// Claims no more and gives back what waits; succeeds when everything in hand has ended and Redis has heard of it, or
    /// when the grace time is over: what Redis has not heard of by then returns to the queue with the lease.
    func drain(grace: TimeAmount) -> EventLoopFuture<Void> {
        let promise = drained ?? eventLoop.makePromise(of: Void.self)
        drained = promise
        phase = .draining
        eventLoop.assumeIsolated().scheduleTask(in: grace) { promise.succeed() }
        nextLook?.cancel()
        giveBackWaiting()
        finishDrainIfDone()
        return promise.futureResult
    }

    func finishDrainIfDone() {
        guard phase == .draining, !claiming, marking == 0, inHand.count == 0 else { return }
        flush()
        if telling == 0 { drained?.succeed() }
    }
}
