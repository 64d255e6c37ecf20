import Delivery
public import Logging
public import NIOCore
import NIOPosix

/// Connections to one endpoint on one event loop, which pull messages from a source and send them.
///
/// Everything happens on the event loop that is given at the start, the calls of this type included: no locks, no
/// future and no task per message. Connections are opened one after the other as long as those that are open find
/// enough work to fill their windows, up to ``SMTPClientOptions/maximumConnections``.
public final class SMTPConnectionPool {
    private let eventLoop: any EventLoop
    private let endpoint: SMTPEndpoint
    private let options: SMTPClientOptions
    private let logger: Logger
    private var source: (any SMTPMessageSource)?
    private var plan: SMTPPoolStateMachine
    private var handlers: [ObjectIdentifier: SMTPClientHandler] = [:]
    /// Those of the open connections that have nothing to send; the last one is used first, to let the others time out.
    private var idle: [SMTPClientHandler] = []
    /// Those counted as open in the plan.
    private var counted: Set<ObjectIdentifier> = []
    /// Those that have something to write in this turn of the loop.
    private var unflushed: [SMTPClientHandler] = []
    private var connecting = 0
    private var waiting: Scheduled<Void>?
    private var grace: Scheduled<Void>?
    private var stopped: EventLoopPromise<Void>?

    /// Makes a pool; it opens nothing before ``messagesAvailable()``.
    ///
    /// The pool holds on to its source until it is shut down.
    public init(
        eventLoop: any EventLoop, endpoint: SMTPEndpoint, options: SMTPClientOptions, source: any SMTPMessageSource,
        logger: Logger
    ) {
        self.eventLoop = eventLoop
        self.endpoint = endpoint
        self.options = options
        self.source = source
        self.logger = logger
        plan = SMTPPoolStateMachine(maximum: options.maximumConnections, reconnect: options.reconnect)
    }

    /// Lets idle connections ask the source for messages, and opens more as needed.
    public func messagesAvailable() {
        eventLoop.preconditionInEventLoop()
        guard stopped == nil else { return }
        while let handler = idle.popLast() {
            handler.pull()
            // It came back to the idle ones: the source has nothing more.
            if handler === idle.last { return }
        }
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
        for handler in handlers.values { handler.drain() }
        self.grace = eventLoop.assumeIsolated().scheduleTask(in: grace) { [self] in
            for handler in handlers.values { handler.abort("the sender shut down before the answer came") }
            // A connection that is still being made has no message; it is closed when it comes.
            connecting = 0
            stopIfEmpty()
        }
        stopIfEmpty()
        return promise.futureResult
    }

    // MARK: Opening

    private func carryOut(_ action: SMTPPoolStateMachine.Action, _ failure: SMTPEndpointFailure? = nil) {
        switch action {
        case .none:
            break
        case .open:
            connect()
        case .wait(let delay):
            wait(delay)
        case .reportUnavailable(let delay):
            if let failure {
                logger.debug(
                    "no connection to the server",
                    metadata: ["smtp.endpoint": "\(endpoint)", "smtp.failure": "\(failure)"])
                source?.endpointUnavailable(failure, retryIn: delay)
            }
            wait(delay)
        case .reportAvailable:
            source?.endpointAvailable()
        }
    }

    private func wait(_ delay: TimeAmount) {
        waiting = eventLoop.assumeIsolated().scheduleTask(in: delay) { [self] in
            guard stopped == nil else { return }
            let action = plan.waitOver()
            if action == .none { messagesAvailable() } else { carryOut(action) }
        }
    }

    private func connect() {
        connecting += 1
        let pool = NIOLoopBound(self, eventLoop: eventLoop)
        let options = options
        ClientBootstrap(group: eventLoop)
            .connectTimeout(options.limits.connect)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 8192))
            .channelOption(.writeBufferWaterMark, value: .init(low: 256 * 1024, high: 1024 * 1024))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        SMTPClientHandler(owner: pool.value, options: options))
                }
            }
            .connect(host: endpoint.host, port: endpoint.port)
            .hop(to: eventLoop)
            .assumeIsolated()
            .whenComplete { [self] result in
                connecting -= 1
                do {
                    adopt(try result.get().pipeline.syncOperations.handler(type: SMTPClientHandler.self))
                } catch {
                    let failure = SMTPEndpointFailure(
                        phase: .connect, message: "cannot connect: \(error.connectionProblem)")
                    carryOut(plan.failedToOpen(random: .random(in: 0..<1)), failure)
                }
                stopIfEmpty()
            }
    }

    /// Counts a connection as ours only now: of a host with several addresses, several may have been tried at once.
    private func adopt(_ handler: SMTPClientHandler) {
        handlers[ObjectIdentifier(handler)] = handler
        if stopped != nil { handler.drain() }
    }

    private func stopIfEmpty() {
        guard let stopped, connecting == 0, handlers.isEmpty else { return }
        grace?.cancel()
        source = nil
        stopped.succeed()
    }
}

// MARK: What the connections tell

extension SMTPConnectionPool: SMTPClientHandler.Owner {
    func nextMessages(upTo count: Int, isIdle: Bool) -> [OutgoingMessage] {
        guard stopped == nil, let source else { return [] }
        return source.nextMessages(upTo: count, isIdle: isIdle)
    }

    func finished(_ finished: SMTPClientStateMachine.Finished) {
        source?.finished(finished.token, finished.result)
    }

    /// Writes after the other connections' events of this turn have been handled: the first write wakes the server, and it
    /// finds the others without being woken again, which would cost both sides more than the write itself.
    func wantsFlush(_ handler: SMTPClientHandler) {
        unflushed.append(handler)
        guard unflushed.count == 1 else { return }
        eventLoop.assumeIsolated().execute { [self] in
            // Writing may end a connection and so make others ask to be flushed: these come in the next round.
            var round: [SMTPClientHandler] = []
            swap(&round, &unflushed)
            for handler in round { handler.flush() }
            if unflushed.isEmpty {
                round.removeAll(keepingCapacity: true)
                swap(&round, &unflushed)
            }
        }
    }

    func opened(_ handler: SMTPClientHandler) {
        counted.insert(ObjectIdentifier(handler))
        carryOut(plan.opened())
        if stopped != nil { handler.drain() }
    }

    func filled(_ handler: SMTPClientHandler) {
        guard idle.isEmpty, stopped == nil else { return }
        carryOut(plan.wanted())
    }

    func becameIdle(_ handler: SMTPClientHandler) {
        if !idle.contains(where: { $0 === handler }) { idle.append(handler) }
    }

    func retiring(_ handler: SMTPClientHandler, isSpent: Bool) {
        idle.removeAll { $0 === handler }
        guard counted.remove(ObjectIdentifier(handler)) != nil else { return }
        plan.retired()
        if stopped == nil, isSpent { carryOut(plan.wanted()) }
    }

    func closed(_ handler: SMTPClientHandler, failure: SMTPEndpointFailure?) {
        guard handlers.removeValue(forKey: ObjectIdentifier(handler)) != nil else { return }
        let wasIdle = idle.contains { $0 === handler }
        idle.removeAll { $0 === handler }
        if counted.remove(ObjectIdentifier(handler)) != nil {
            // A server that closes an idle connection does what it may; it is replaced when there is work.
            guard !wasIdle else {
                plan.retired()
                return stopIfEmpty()
            }
            let action = plan.lost(wasProductive: handler.wasProductive, random: .random(in: 0..<1))
            carryOut(action)
            if action == .none, stopped == nil { messagesAvailable() }
        } else if let failure {
            carryOut(plan.failedToOpen(random: .random(in: 0..<1)), failure)
        }
        stopIfEmpty()
    }
}
