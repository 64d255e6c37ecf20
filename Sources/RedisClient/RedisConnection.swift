public import Logging
public import NIOCore

/// One connection to one Redis server, shared by any number of callers.
///
/// - Commands are pipelined: many may be in flight, each reply goes to its caller, and the commands of one turn of the
///   event loop leave in one write. Commands submitted from one place run in the order in which they were submitted.
/// - It connects at ``connect()`` or at the first command, and from the first success on reconnects by itself, with
///   exponential back-off and jitter, until ``close()``.
/// - While it is disconnected, commands wait up to their time limit, so that a short blip goes unnoticed, and then fail
///   with `.notConnected`. Commands that were in flight when the connection broke fail with `.connectionLost`.
/// - Every command has a time limit. One that passes it fails with `.timedOut`; its late reply is dropped. Cancelling a
///   task does not take a command back.
///
/// Blocking commands, subscriptions and transactions of several callers have no place on a shared connection.
public final class RedisConnection: Sendable {
    public let endpoint: RedisEndpoint
    public let configuration: RedisConfiguration
    public let eventLoop: any EventLoop

    private let driver: NIOLoopBoundBox<RedisConnectionDriver>

    /// Makes a connection that is not connected yet.
    ///
    /// - Parameters:
    ///   - eventLoop: a loop that makes sockets; the futures of `submit` complete on it.
    ///   - onStateChange: called on the event loop; must not block.
    public convenience init(
        endpoint: RedisEndpoint, configuration: RedisConfiguration = RedisConfiguration(), eventLoop: any EventLoop,
        logger: Logger, onStateChange: (@Sendable (RedisConnectionState) -> Void)? = nil
    ) {
        self.init(
            endpoint: endpoint, configuration: configuration, eventLoop: eventLoop, logger: logger,
            onStateChange: onStateChange, onTrouble: nil)
    }

    /// - Parameter onTrouble: called on the event loop whenever the connection breaks or an attempt to connect fails.
    init(
        endpoint: RedisEndpoint, configuration: RedisConfiguration, eventLoop: any EventLoop, logger: Logger,
        onStateChange: (@Sendable (RedisConnectionState) -> Void)?, onTrouble: (@Sendable () -> Void)?
    ) {
        self.endpoint = endpoint
        self.configuration = configuration
        self.eventLoop = eventLoop
        driver = NIOLoopBoundBox.makeBoxSendingValue(
            RedisConnectionDriver(
                endpoint: endpoint, configuration: configuration, eventLoop: eventLoop, logger: logger,
                onStateChange: onStateChange, onTrouble: onTrouble),
            as: RedisConnectionDriver.self,
            eventLoop: eventLoop)
    }

    deinit { shutDown() }

    /// Connects for the first time and says clearly why it cannot.
    ///
    /// Returns at once if connected. If it throws before the first success, nothing goes on in the background; call it again.
    public func connect() async throws {
        let promise = eventLoop.makePromise(of: Void.self)
        let driver = driver
        onLoop { driver.value.connect(promise) }
        try await promise.futureResult.get()
    }

    /// Closes for good: takes no more commands, fails those that wait, and lets those in flight end within their time limits.
    public func close() async {
        let promise = eventLoop.makePromise(of: Void.self)
        let driver = driver
        onLoop { driver.value.close(promise) }
        // A close cannot fail.
        try? await promise.futureResult.get()
    }

    /// Closes as ``close()`` does, without waiting for it.
    func shutDown() {
        let driver = driver
        onLoop { driver.value.close(nil) }
    }

    /// Submits a command for the future of its reply, for callers on event loops: there is no hop on the connection's own.
    ///
    /// - Parameters:
    ///   - arguments: the command's name and what follows it.
    ///   - timeout: the time limit; nil means the configured one.
    public func submit(_ arguments: [RedisArgument], timeout: TimeAmount? = nil) -> EventLoopFuture<RedisValue> {
        perform(RedisCommand(head: arguments), deadline: .now() + (timeout ?? configuration.commandTimeout))
    }

    /// Sends a command and returns its reply.
    ///
    /// - Throws: ``RedisError``; `.server` if the reply is an error.
    public func send(
        _ command: String, _ arguments: [RedisArgument] = [], timeout: TimeAmount? = nil
    ) async throws -> RedisValue {
        let command = RedisCommand(head: [RedisArgument(command)], arguments: arguments)
        return try await perform(command, deadline: .now() + (timeout ?? configuration.commandTimeout)).get()
    }

    /// Submits a script for the future of its result; loads it if Redis does not have it.
    ///
    /// A script that had to be loaded runs after commands that were submitted later.
    ///
    /// - Parameter loadsIfMissing: false fails with `.server("NOSCRIPT")` instead.
    public func submit(
        _ script: RedisScript, keys: [RedisArgument], arguments: [RedisArgument] = [], loadsIfMissing: Bool = true,
        timeout: TimeAmount? = nil
    ) -> EventLoopFuture<RedisValue> {
        let deadline = NIODeadline.now() + (timeout ?? configuration.commandTimeout)
        let evaluation = script.evaluation(keys: keys, arguments: arguments)
        let result = perform(evaluation, deadline: deadline)
        guard loadsIfMissing else { return result }
        return result.flatMapError { error in
            guard let error = error as? RedisError, error.code == .server("NOSCRIPT") else {
                return self.eventLoop.makeFailedFuture(error)
            }
            return self.performLoading(script, evaluation, deadline: deadline)
        }
    }

    /// Loads a script and performs a command that needs it; both go out in one write, and Redis runs them in this order.
    private func performLoading(
        _ script: RedisScript, _ command: RedisCommand, deadline: NIODeadline
    ) -> EventLoopFuture<RedisValue> {
        let load = perform(script.load, deadline: deadline)
        return perform(command, deadline: deadline).flatMapError { error in
            // Why a script cannot be loaded (a mistake in it) says more than that it is still missing.
            load.flatMapThrowing { _ in throw error }
        }
    }

    /// Runs a script and returns its result; loads it if Redis does not have it.
    public func run(
        _ script: RedisScript, keys: [RedisArgument], arguments: [RedisArgument] = [], timeout: TimeAmount? = nil
    ) async throws -> RedisValue {
        try await submit(script, keys: keys, arguments: arguments, timeout: timeout).get()
    }

    func perform(_ command: RedisCommand, deadline: NIODeadline) -> EventLoopFuture<RedisValue> {
        let promise = eventLoop.makePromise(of: RedisValue.self)
        let driver = driver
        onLoop { driver.value.submit(command, promise, now: .now(), deadline: deadline) }
        return promise.futureResult
    }

    private func onLoop(_ body: @escaping @Sendable () -> Void) {
        if eventLoop.inEventLoop { body() } else { eventLoop.execute(body) }
    }
}
