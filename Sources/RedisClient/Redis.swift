public import Logging
public import NIOCore

/// The Redis of a deployment, however it is run: one server, a primary watched by sentinels, or a cluster.
///
/// With one server it is a ``RedisConnection`` and nothing more. With several, each command goes to the server that serves
/// its key at that moment, and what is certain not to have been executed is tried again there, unseen by the caller, until
/// its time limit: when a server redirects or is not ready, when it is a replica now, when the connection was lost before
/// the command was sent. A command that was sent and not answered fails with `.connectionLost` or `.timedOut` everywhere.
///
/// Commands submitted from one place for the same key run in the order in which they were submitted, except that one that
/// has to be tried again may run after later ones.
public final class Redis: Sendable {
    private enum Way: Sendable {
        case direct(RedisConnection)
        case routed(NIOLoopBoundBox<RedisRouter>)
    }

    public let endpoint: RedisEndpoint
    public let eventLoop: any EventLoop
    private let configuration: RedisConfiguration
    private let way: Way

    /// Makes a Redis that is not connected yet.
    ///
    /// - Parameter eventLoop: a loop that makes sockets; the futures of `submit` complete on it.
    public init(
        endpoint: RedisEndpoint, configuration: RedisConfiguration = RedisConfiguration(), eventLoop: any EventLoop,
        logger: Logger
    ) {
        self.endpoint = endpoint
        self.eventLoop = eventLoop
        self.configuration = configuration
        switch endpoint.address {
        case .tcp, .unixSocket:
            way = .direct(
                RedisConnection(
                    endpoint: endpoint, configuration: configuration, eventLoop: eventLoop, logger: logger))
        case .sentinels, .cluster:
            way = .routed(
                .makeBoxSendingValue(
                    RedisRouter(
                        endpoint: endpoint, configuration: configuration, eventLoop: eventLoop, logger: logger),
                    as: RedisRouter.self,
                    eventLoop: eventLoop))
        }
    }

    deinit {
        guard case .routed(let router) = way else { return }
        onLoop { router.value.close(nil) }
    }

    /// Connects for the first time and says clearly why it cannot.
    ///
    /// A primary that is just being replaced is waited for, within the connect time limit.
    public func connect() async throws {
        switch way {
        case .direct(let connection): try await connection.connect()
        case .routed(let router): try await connect(router)
        }
    }

    private func connect(_ router: NIOLoopBoundBox<RedisRouter>) async throws {
        let end = NIODeadline.now() + configuration.connectTimeout
        while true {
            _ = try await ask { router.value.topology(anew: true, $0) }
            do {
                return try await ask { router.value.connect($0) }
            } catch let error as RedisError where error.mayPass && .now() < end {
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    /// Closes for good: takes no more commands and lets those in flight end within their time limits.
    public func close() async {
        switch way {
        case .direct(let connection): await connection.close()
        case .routed(let router):
            // A close cannot fail.
            try? await ask { router.value.close($0) }
        }
    }

    /// Submits a command to the server that serves `key`, for the future of its reply.
    ///
    /// - Parameters:
    ///   - arguments: the command's name and what follows it.
    ///   - timeout: the time limit for all attempts together; nil means the configured one.
    public func submit(
        _ arguments: [RedisArgument], key: RedisArgument, timeout: TimeAmount? = nil
    ) -> EventLoopFuture<RedisValue> {
        switch way {
        case .direct(let connection):
            connection.submit(arguments, timeout: timeout)
        case .routed(let router):
            route(RedisCommand(head: arguments), key: key, timeout: timeout, router)
        }
    }

    /// Submits a script to the server that serves its first key, for the future of its result.
    ///
    /// A script that had to be loaded runs after commands that were submitted later.
    ///
    /// - Parameters:
    ///   - keys: at least one; the others must be in the same hash slot.
    ///   - loadsIfMissing: whether to load the script where it is missing; else it fails there with `.server("NOSCRIPT")`.
    public func submit(
        _ script: RedisScript, keys: [RedisArgument], arguments: [RedisArgument] = [], loadsIfMissing: Bool = true,
        timeout: TimeAmount? = nil
    ) -> EventLoopFuture<RedisValue> {
        switch way {
        case .direct(let connection):
            return connection.submit(
                script, keys: keys, arguments: arguments, loadsIfMissing: loadsIfMissing, timeout: timeout)
        case .routed(let router):
            guard let key = keys.first else {
                return eventLoop.makeFailedFuture(
                    RedisError(.invalidCommand, "The script \(script.name) needs a key that says where to run it."))
            }
            return route(
                script.evaluation(keys: keys, arguments: arguments), script: loadsIfMissing ? script : nil, key: key,
                timeout: timeout, router)
        }
    }

    /// Loads a script on the server that serves `key`.
    public func load(_ script: RedisScript, key: RedisArgument) -> EventLoopFuture<Void> {
        switch way {
        case .direct(let connection):
            connection.perform(script.load, deadline: .now() + configuration.commandTimeout).map { _ in }
        case .routed(let router):
            route(script.load, key: key, timeout: nil, router).map { _ in }
        }
    }

    /// For monitoring: the addresses of the servers that are in use at this moment: one, or all masters of a cluster.
    ///
    /// - Returns: `host:port` of each, in order, or the path of a socket.
    public func servers() async throws -> [String] {
        switch way {
        case .direct:
            [endpoint.shortName]
        case .routed(let router):
            try await ask { router.value.topology(anew: false, $0) }.hosts.map(\.description).sorted()
        }
    }

    /// Sends a command to one of ``servers()``, for figures of each such as those of `INFO`.
    public func send(_ arguments: [RedisArgument], toServer server: String) async throws -> RedisValue {
        switch way {
        case .direct(let connection):
            try await connection.submit(arguments).get()
        case .routed(let router):
            try await ask { router.value.perform(RedisCommand(head: arguments), at: server, $0) }
        }
    }

    private func route(
        _ command: RedisCommand, script: RedisScript? = nil, key: RedisArgument, timeout: TimeAmount?,
        _ router: NIOLoopBoundBox<RedisRouter>
    ) -> EventLoopFuture<RedisValue> {
        let promise = eventLoop.makePromise(of: RedisValue.self)
        let deadline = NIODeadline.now() + (timeout ?? configuration.commandTimeout)
        let request = RedisRequest(
            command, script: script, slot: endpoint.isCluster ? RedisSlot.of(key) : 0, deadline: deadline,
            promise: promise)
        onLoop { router.value.submit(request) }
        return promise.futureResult
    }

    private func ask<Value: Sendable>(
        _ question: @escaping @Sendable (EventLoopPromise<Value>) -> Void
    ) async throws -> Value {
        let promise = eventLoop.makePromise(of: Value.self)
        onLoop { question(promise) }
        return try await promise.futureResult.get()
    }

    private func onLoop(_ body: @escaping @Sendable () -> Void) {
        if eventLoop.inEventLoop { body() } else { eventLoop.execute(body) }
    }
}

extension RedisError {
    /// Whether waiting for a server that is just being replaced or started may help.
    fileprivate var mayPass: Bool {
        switch code {
        case .refused, .unreachable, .connectTimedOut, .connectionLost, .notConnected, .loading, .isReplica: true
        default: false
        }
    }
}
