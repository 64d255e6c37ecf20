internal import Delivery
internal import JobQueue
internal import Logging
internal import NIOCore
internal import SMTP

/// One receiver from one local address: the jobs that wait for its connections, and the connections.
final class Outlet {
    /// Never gone before its outlets: it ends them.
    private unowned let engine: DeliveryEngine
    let receiver: Receiver
    let source: Int
    /// The most connections at once.
    let connections: Int
    /// Set right after the pool, which needs its source first, is made.
    private(set) var pool: SMTPConnectionPool?
    /// False from the moment when no connection can be opened until one can.
    var isAvailable = true
    /// Whether it stands in the engine's queue of outlets with jobs to be marked.
    var awaitsMarking = false
    /// Whether jobs of its own are being marked: they come back here.
    var isMarking = false
    /// Whether the engine has let go of it, so that nothing may wait here any more.
    var isRemoved = false
    private var counted = 0

    var waiting = ClaimedJobs() {
        didSet {
            let count = waiting.count
            engine.waitingCount += count - counted
            counted = count
        }
    }

    init(_ receiver: Receiver, source: Int, options: SMTPClientOptions, engine: DeliveryEngine) {
        self.engine = engine
        self.receiver = receiver
        self.source = source
        connections = options.maximumConnections
        var destination = receiver.destination
        let sources = engine.configuration.routes.sources
        if sources.indices.contains(source) { destination.sourceAddress = sources[source].address }
        pool = SMTPConnectionPool(
            eventLoop: engine.eventLoop, destination: destination, options: options, source: self,
            limit: engine.connectionLimit, memory: engine.hostMemory, logger: engine.logger)
        if receiver.kind == .site {
            pool?.becameUnused = { [unowned self] in self.engine.unused(self) }
        }
    }

    /// Lets the connections look for messages.
    func wake() {
        if !waiting.isEmpty { pool?.messagesAvailable() }
    }

    /// Whether nothing is here, and nothing on its way here.
    var isUnused: Bool { waiting.isEmpty && !isMarking && pool?.isUnused ?? true }

    /// Takes out all that waits.
    func takeAll() -> [ClaimedJob] { waiting.removeAll() }

    /// Ends the connections when what is in hand has its results.
    func shutdown(grace: TimeAmount) -> EventLoopFuture<Void> {
        pool?.shutdown(grace: grace) ?? engine.eventLoop.makeSucceededVoidFuture()
    }
}

extension Outlet: SMTPMessageSource {
    func nextMessages(upTo count: Int, isIdle: Bool, on session: SMTPSession) -> [OutgoingMessage] {
        engine.nextMessages(for: self, upTo: count, isIdle: isIdle, on: session)
    }

    func tlsFailed(_ type: TLSResultType, with host: SMTPHost) {
        engine.tlsFailed(type, with: host, of: self)
    }

    func finished(_ token: UInt64, _ result: DeliveryResult) {
        engine.finished(token, result)
    }

    var hasMessages: Bool { !waiting.isEmpty }

    func endpointUnavailable(_ failure: SMTPEndpointFailure, retryIn: TimeAmount) {
        engine.unavailable(self, failure)
    }

    func endpointAvailable() {
        engine.available(self)
    }
}
