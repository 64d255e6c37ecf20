internal import Logging
internal import NIOCore

/// Sends each command to the server that serves it now: the primary that sentinels name, or a slot's master in a cluster.
///
/// It holds one ``RedisConnection`` per server. What was certainly not executed is tried again until its time limit:
/// after a redirection, after the refusal of a server that does not serve (any more), and when a connection is given up
/// before the command was sent. What was sent and stays without an answer fails, as on a connection of one's own.
///
/// Lives on one event loop and is touched nowhere else. Its connections hold it, so it lasts until it is closed.
final class RedisRouter {
    private let endpoint: RedisEndpoint
    private let configuration: RedisConfiguration
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let scout: RedisScout

    private var topology: RedisTopology?
    private var connections: [RedisEndpoint.Host: RedisConnection] = [:]
    private var isClosed = false

    /// What the scout found last; of sentinels, its connection is kept for the next question.
    private var finding: RedisScout.Finding?
    private var isLooking = false
    /// Set while the scout is out if what it brings may be out of date by then.
    private var mustLookAgain = false
    private var lastLook = NIODeadline.uptimeNanoseconds(0)
    private var lookFailure: RedisError?
    private var watch: Scheduled<Void>?
    private var topologyWaiters: [EventLoopPromise<RedisTopology>] = []

    /// How often sentinels are asked, so that a primary that hangs is left as soon as another has been promoted.
    private static let watchInterval = TimeAmount.seconds(1)
    /// The scout rests at least so long between two looks.
    private static let lookPause = TimeAmount.milliseconds(200)

    init(endpoint: RedisEndpoint, configuration: RedisConfiguration, eventLoop: any EventLoop, logger: Logger) {
        self.endpoint = endpoint
        var configuration = configuration
        configuration.requiresPrimary = !endpoint.isCluster
        // Each failed attempt makes us look for another server: that must not become rare.
        configuration.maximumBackOff = min(configuration.maximumBackOff, .milliseconds(500))
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.logger = logger
        scout = RedisScout(endpoint: endpoint, configuration: configuration, eventLoop: eventLoop, logger: logger)
    }
}

// MARK: - Commands

extension RedisRouter {
    func submit(_ request: RedisRequest) {
        guard !isClosed else { return request.promise.fail(closedError) }
        guard let topology, let host = topology.host(of: request.slot) else {
            return retry(request, after: lookFailure ?? nobodyServes(request.slot), elsewhere: true)
        }
        perform(request, at: host)
    }

    private func perform(
        _ request: RedisRequest, at host: RedisEndpoint.Host, asking: Bool = false, loading: Bool = false
    ) {
        let connection = connection(to: host)
        // All of these leave in one write, and the server runs them in this order.
        let load = loading ? request.script.map { connection.perform($0.load, deadline: request.deadline) } : nil
        if asking { _ = connection.perform(RedisCommand(head: ["ASKING"]), deadline: request.deadline) }
        connection.perform(request.command, deadline: request.deadline).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let value):
                request.promise.succeed(value)
            case .failure(let error):
                self.recover(request, from: error, at: host, asking: asking, load: load)
            }
        }
    }

    private func recover(
        _ request: RedisRequest, from error: any Error, at host: RedisEndpoint.Host, asking: Bool,
        load: EventLoopFuture<RedisValue>?
    ) {
        guard let error = error as? RedisError else { return request.promise.fail(error) }
        switch RedisRecovery(after: error, at: host) {
        case .none:
            request.promise.fail(error)
        case .lookAround:
            lookAround()
            request.promise.fail(error)
        case .load:
            guard let load else {
                guard request.script != nil else { return request.promise.fail(error) }
                return perform(request, at: host, asking: asking, loading: true)
            }
            // Why a script cannot be loaded (a mistake in it) says more than that it is still missing.
            request.promise.completeWith(load.flatMapThrowing { _ in throw error })
        case .moved(let slot, let target):
            topology?.move(slot, to: target)
            lookAround()
            follow(request, to: target, asking: false, after: error)
        case .ask(let target):
            follow(request, to: target, asking: true, after: error)
        case .later(let elsewhere):
            retry(request, after: error, elsewhere: elsewhere)
        }
    }

    private func follow(
        _ request: RedisRequest, to host: RedisEndpoint.Host, asking: Bool, after error: RedisError
    ) {
        var request = request
        guard !isClosed, request.mayFollow() else { return retry(request, after: error, elsewhere: true) }
        perform(request, at: host, asking: asking)
    }

    private func retry(_ request: RedisRequest, after error: RedisError, elsewhere: Bool) {
        guard !isClosed else { return request.promise.fail(closedError) }
        if elsewhere { lookAround() }
        var request = request
        // Given up because another server has taken over: there at once, and so in the order in which they came.
        if error.code == .closed, request.mayFollow() { return submit(request) }
        guard let pause = request.nextPause(now: .now(), random: .random(in: 0..<1)) else {
            return request.promise.fail(error)
        }
        let next = request
        eventLoop.assumeIsolated().scheduleTask(in: pause) { self.submit(next) }
    }

    /// Sends a command to one server of ``servers()``, without looking for another if that fails.
    func perform(_ command: RedisCommand, at server: String, _ promise: EventLoopPromise<RedisValue>) {
        guard !isClosed else { return promise.fail(closedError) }
        guard let host = topology?.hosts.first(where: { $0.description == server }) else {
            return promise.fail(
                RedisError(
                    .notConnected, "Redis at \(server) is not, or no longer, one of those in use at \(endpoint)."))
        }
        promise.completeWith(connection(to: host).perform(command, deadline: .now() + configuration.commandTimeout))
    }

    private func connection(to host: RedisEndpoint.Host) -> RedisConnection {
        if let connection = connections[host] { return connection }
        let router = NIOLoopBound(self, eventLoop: eventLoop)
        let connection = RedisConnection(
            endpoint: endpoint.server(host), configuration: configuration, eventLoop: eventLoop, logger: logger,
            onStateChange: nil, onTrouble: { router.value.lookAround() })
        connections[host] = connection
        return connection
    }

    private func nobodyServes(_ slot: Int) -> RedisError {
        let what = topology == nil ? "Nothing is known yet of the servers" : "No server has the hash slot \(slot)"
        return RedisError(.notConnected, "\(what) of Redis at \(endpoint) within the command's time limit.")
    }

    private var closedError: RedisError {
        RedisError(.closed, "The connection to Redis at \(endpoint) was closed by this process.")
    }
}

// MARK: - Looking around

extension RedisRouter {
    /// Finds out anew which servers there are, one look at a time.
    func lookAround() {
        guard !isClosed else { return }
        guard !isLooking else { mustLookAgain = true; return }
        isLooking = true
        mustLookAgain = false
        watch?.cancel()
        eventLoop.assumeIsolated().scheduleTask(deadline: lastLook + Self.lookPause) {
            let scout = self.scout
            let last = self.finding
            // Unstructured: the router lives on its event loop and the scout waits for servers; it ends by its time limits.
            self.eventLoop.makeFutureWithTask { try await scout.look(after: last) }
                .assumeIsolated().whenComplete { self.found($0) }
        }
    }

    private func found(_ result: Result<RedisScout.Finding, any Error>) {
        isLooking = false
        lastLook = .now()
        guard !isClosed else { return }
        let waiters = topologyWaiters
        topologyWaiters = []
        switch result {
        case .success(let finding):
            self.finding = finding
            // A cluster may be asked through any server, and rarely: nothing to keep open for it.
            if endpoint.isCluster { finding.connection.shutDown() }
            lookFailure = nil
            adopt(finding.topology)
            for waiter in waiters { waiter.succeed(finding.topology) }
        case .failure(let error):
            logger.debug(
                "cannot find out the servers of redis",
                metadata: ["redis.endpoint": "\(endpoint)", "redis.reason": "\(error)"])
            lookFailure = error as? RedisError
            for waiter in waiters { waiter.fail(error) }
        }
        if mustLookAgain { return lookAround() }
        guard !endpoint.isCluster, topology != nil else { return }
        watch = eventLoop.assumeIsolated().scheduleTask(in: Self.watchInterval) { self.lookAround() }
    }

    private func adopt(_ topology: RedisTopology) {
        guard topology != self.topology else { return }
        self.topology = topology
        let hosts = topology.hosts
        logger.notice(
            "the servers of redis in use",
            metadata: ["redis.endpoint": "\(endpoint)", "redis.servers": "\(hosts.map(\.description))"])
        // What waits there goes where it belongs now; what was sent may still be answered.
        for (host, connection) in connections where !hosts.contains(host) {
            connections[host] = nil
            connection.shutDown()
        }
    }
}

// MARK: - Opening and closing

extension RedisRouter {
    /// What is known of the servers, found out first if nothing is.
    func topology(anew: Bool, _ promise: EventLoopPromise<RedisTopology>) {
        guard !isClosed else { return promise.fail(closedError) }
        if let topology, !anew { return promise.succeed(topology) }
        topologyWaiters.append(promise)
        lookAround()
    }

    /// Connects to all servers.
    ///
    /// One suffices to begin with: a cluster may just be replacing another. Answers the first failure if there is none.
    func connect(_ promise: EventLoopPromise<Void>) {
        guard !isClosed else { return promise.fail(closedError) }
        let attempts = (topology?.hosts ?? []).map { host in
            let connection = connection(to: host)
            return eventLoop.makeFutureWithTask { try await connection.connect() }
        }
        EventLoopFuture.whenAllComplete(attempts, on: eventLoop).assumeIsolated().whenSuccess { results in
            let failures = results.compactMap { if case .failure(let error) = $0 { error } else { nil } }
            guard failures.count == results.count else { return promise.succeed() }
            promise.fail(failures.first ?? self.nobodyServes(0))
        }
    }

    func close(_ promise: EventLoopPromise<Void>?) {
        isClosed = true
        watch?.cancel()
        finding?.connection.shutDown()
        finding = nil
        for waiter in topologyWaiters { waiter.fail(closedError) }
        topologyWaiters = []
        let closing = connections.values.map { connection in
            eventLoop.makeFutureWithTask { await connection.close() }
        }
        connections = [:]
        let closed = EventLoopFuture.andAllComplete(closing, on: eventLoop)
        if let promise { closed.cascade(to: promise) }
    }
}
