import Delivery
public import Logging
public import NIOCore

/// Connections to one destination on one event loop, which pull messages from a source and send them.
///
/// Everything happens on the event loop that is given at the start, the calls of this type included: no locks, no
/// future and no task per message. Connections are opened one after the other as long as those that are open find
/// enough work to fill their windows, up to ``maximumConnections``. A pool without connections costs next to nothing.
public final class SMTPConnectionPool {
    let eventLoop: any EventLoop
    private let destination: SMTPDestination
    let options: SMTPClientOptions
    let limit: SMTPConnectionLimit?
    let dialer: SMTPDialer
    private let logger: Logger
    var source: (any SMTPMessageSource)?
    var plan: SMTPPoolStateMachine
    var handlers: [ObjectIdentifier: SMTPClientHandler] = [:]
    /// The trials of those that are connected but not open for messages yet.
    var openings: [ObjectIdentifier: SMTPTrials] = [:]
    /// Those of the open connections that have nothing to send; the last one is used first, to let the others time out.
    var idle: [SMTPClientHandler] = []
    /// Those that are busy and got fewer messages than they have room for when they last asked.
    var hungry: [SMTPClientHandler] = []
    /// Those counted as open in the plan.
    var counted: Set<ObjectIdentifier> = []
    /// Those that have something to write in this turn of the loop.
    var unflushed: [SMTPClientHandler] = []
    var dialing = 0
    private var waiting: Scheduled<Void>?
    private var grace: Scheduled<Void>?
    var stopped: EventLoopPromise<Void>?
    /// Where the last connection could be opened, and until when the next attempt begins there.
    var goodPlace: (place: Int, until: NIODeadline)?
    /// Whether this pool waits for a place under the shared limit.
    var isQueued = false
    /// Whether the shared limit knows that there are idle connections here.
    var isOffering = false
    /// Whether there was a call for connections during the present pause.
    private var wasCalled = false

    /// How many messages more than at first may be unanswered on all connections together, because the servers are far away.
    public internal(set) var windowGrowth = 0

    /// Called when the last connection is gone and none is wanted: the pool may be dropped, or used again.
    public var becameUnused: (() -> Void)?

    /// Makes a pool; it opens nothing before ``messagesAvailable()``.
    ///
    /// The pool holds on to its source until it is shut down. Pools of one event loop should share their `limit`, where a
    /// total is to be kept, and their `memory`.
    public init(
        eventLoop: any EventLoop, destination: SMTPDestination, options: SMTPClientOptions,
        source: any SMTPMessageSource, limit: SMTPConnectionLimit? = nil, memory: SMTPHostMemory? = nil,
        logger: Logger
    ) {
        self.eventLoop = eventLoop
        self.destination = destination
        self.options = options
        self.source = source
        self.limit = limit
        self.logger = logger
        dialer = SMTPDialer(
            eventLoop: eventLoop, sourceAddress: destination.sourceAddress, options: options,
            memory: memory ?? SMTPHostMemory())
        plan = SMTPPoolStateMachine(
            maximum: options.maximumConnections, reconnect: options.reconnect,
            probes: options.probesWhenUnavailable)
    }

    /// The most connections at a time; a lower one takes effect as connections become idle or spent.
    public var maximumConnections: Int {
        get { plan.maximum }
        set {
            plan.maximum = max(newValue, 1)
            while plan.isTight, closeOneIdle() {}
        }
    }

    /// Whether there is no connection, none on its way, and no pause that would be forgotten with the pool.
    public var isUnused: Bool { handlers.isEmpty && dialing == 0 && waiting == nil && !isQueued }

    /// Lets idle connections ask the source for messages, and opens more as needed.
    public func messagesAvailable() {
        eventLoop.preconditionInEventLoop()
        guard stopped == nil else { return }
        while let handler = idle.popLast() {
            handler.pull()
            // It came back to the idle ones: the source has nothing more.
            if handler === idle.last { return }
        }
        // A far server's connection would ask again only when an answer comes.
        let asking = hungry
        hungry.removeAll(keepingCapacity: true)
        for (index, handler) in asking.enumerated() {
            handler.pull()
            if handler === hungry.last {
                hungry += asking[(index + 1)...]
                return
            }
        }
        if waiting != nil { wasCalled = true }
        // Connections come one after the other: one that opens and is filled asks for the next.
        guard plan.opening == 0, !isQueued, source?.hasMessages ?? false else { return }
        carryOut(plan.wanted())
    }

    /// Stops pulling, lets the connections finish what is in flight and say QUIT; after `grace` closes what is left.
    ///
    /// The future succeeds when every message that was handed out has its result and every connection is closed.
    public func shutdown(grace: TimeAmount) -> EventLoopFuture<Void> {
        eventLoop.preconditionInEventLoop()
        if let stopped { return stopped.futureResult }
        let promise = eventLoop.makePromise(of: Void.self)
        stopped = promise
        plan.stop()
        waiting?.cancel()
        waiting = nil
        leaveLimit()
        for handler in handlers.values { handler.drain() }
        self.grace = eventLoop.assumeIsolated().scheduleTask(in: grace) { [self] in
            for handler in handlers.values { handler.abort("the sender shut down before the answer came") }
            // A connection that is still being made has no message; it is closed when it comes.
            dialing = 0
            stopIfEmpty()
        }
        stopIfEmpty()
        return promise.futureResult
    }

    func stopIfEmpty() {
        guard dialing == 0, handlers.isEmpty else { return }
        leaveLimit()
        guard let stopped else {
            if isUnused { becameUnused?() }
            return
        }
        grace?.cancel()
        source = nil
        becameUnused = nil
        stopped.succeed()
    }
}

// MARK: Opening

extension SMTPConnectionPool {
    func carryOut(_ action: SMTPPoolStateMachine.Action, _ failure: SMTPEndpointFailure? = nil) {
        switch action {
        case .none:
            break
        case .open:
            if !plan.isAvailable, plan.probes {
                limit?.takeForProbe()
                open()
            } else if limit?.take(for: self) ?? true {
                open()
            } else {
                isQueued = true
                plan.withdrawn()
            }
        case .wait(let delay):
            wait(delay, withWork: true)
        case .reportUnavailable(let delay):
            wait(delay, withWork: plan.probes)
            if let failure {
                logger.debug(
                    "no connection to the server",
                    metadata: ["smtp.hosts": "\(destination.names)", "smtp.failure": "\(failure)"])
                source?.endpointUnavailable(failure, retryIn: delay)
            }
        case .reportAvailable:
            source?.endpointAvailable()
        }
    }

    private func wait(_ delay: TimeAmount, withWork: Bool) {
        wasCalled = withWork
        waiting = eventLoop.assumeIsolated().scheduleTask(in: delay) { [self] in
            waiting = nil
            guard stopped == nil else { return }
            let action = plan.waitOver()
            if action == .none, wasCalled { messagesAvailable() } else { carryOut(action) }
            stopIfEmpty()
        }
    }

    private func open() {
        dialing += 1
        let now = NIODeadline.now()
        let place = goodPlace.map { $0.until > now ? $0.place : 0 } ?? 0
        var trials = SMTPTrials(destination, from: place, maximum: options.maximumTrials) {
            dialer.memory.failedTLS(at: $0, now: now)
        }
        proceed(trials.begin(), trials)
    }

    /// Goes on with an attempt that is counted in `dialing`.
    private func proceed(_ next: SMTPTrials.Next, _ trials: SMTPTrials) {
        switch next {
        case .trial(let trial):
            dialer.dial(trial, owner: self).assumeIsolated().whenComplete { [self] result in
                switch result {
                case .success(let handler): adopt(handler.value, trials)
                case .failure(let error): failed(SMTPDialer.failure(error), trials)
                }
            }
        case .exhausted(let failure):
            dialing -= 1
            limit?.giveBack()
            carryOut(plan.failedToOpen(random: .random(in: 0..<1)), failure)
            stopIfEmpty()
        }
    }

    func failed(_ failure: SMTPEndpointFailure, _ trials: SMTPTrials) {
        guard stopped == nil else {
            dialing = max(dialing - 1, 0)
            limit?.giveBack()
            return stopIfEmpty()
        }
        var trials = trials
        if let type = failure.tlsResult, let trial = trials.current, !trial.isSecond {
            source?.tlsFailed(type, with: trial.host)
        }
        let next = trials.failed(failure)
        if case .trial(let trial) = next, trial.isClear { dialer.memory.noteFailedTLS(at: trial.host, now: .now()) }
        proceed(next, trials)
    }

    /// Counts a connection as ours only now: of a host with several addresses, several may have been tried at once.
    private func adopt(_ handler: SMTPClientHandler, _ trials: SMTPTrials) {
        dialing = max(dialing - 1, 0)
        if handler.hasReportedClose {
            // It was gone before we heard that it had come.
            dialing += 1
            return failed(
                handler.failure ?? .init(phase: .connect, message: "the server closed the connection"), trials)
        }
        handlers[ObjectIdentifier(handler)] = handler
        openings[ObjectIdentifier(handler)] = trials
        if stopped != nil { handler.drain() }
    }
}

// MARK: The shared limit

extension SMTPConnectionPool {
    /// Closes a connection that has nothing to send; false when there is none.
    func closeOneIdle() -> Bool {
        guard let handler = idle.first else {
            isOffering = false
            return false
        }
        handler.drain()
        return true
    }

    /// A place under the limit is ours: use it, or give it back.
    func placeGiven() {
        isQueued = false
        // Whoever waited may have been served by another connection meanwhile; a server that was away is tried all the same.
        let isNeeded = source?.hasMessages ?? false || !plan.isAvailable
        if stopped == nil, isNeeded, plan.wanted() == .open {
            open()
        } else {
            limit?.giveBack()
            stopIfEmpty()
        }
    }

    private func leaveLimit() {
        if isQueued, stopped != nil {
            isQueued = false
            limit?.leaveQueue(self)
        }
        if isOffering {
            isOffering = false
            limit?.offersNothing(self)
        }
    }
}
