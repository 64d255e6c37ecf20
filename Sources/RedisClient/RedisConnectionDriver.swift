internal import Logging
internal import NIOCore

/// Carries out what ``RedisConnectionMachine`` orders: channel, timers, encoding, completions.
///
/// Lives on one event loop and is touched nowhere else. The machine's state is always changed before anything is
/// completed, because a completion may submit the next command at once.
final class RedisConnectionDriver {
    private let endpoint: RedisEndpoint
    private let configuration: RedisConfiguration
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let onStateChange: (@Sendable (RedisConnectionState) -> Void)?
    private let onTrouble: (@Sendable () -> Void)?

    private var machine: RedisConnectionMachine<EventLoopPromise<RedisValue>>
    private var encoder = RedisCommandEncoder()
    private var output = ByteBuffer()
    private var isFlushScheduled = false

    private var channel: (any Channel)?
    private var handler: RedisChannelHandler?
    /// Counts attempts, so that what is left of an old one is recognised.
    private var attempt = 0
    private var attemptLimit: Scheduled<Void>?
    private var connectWaiters: [EventLoopPromise<Void>] = []
    private var closeWaiters: [EventLoopPromise<Void>] = []
    private var isClosed = false

    /// The one timer for the time limits of all commands, and when it is due.
    private var scan: Scheduled<Void>?
    private var scanDue = NIODeadline.distantFuture

    /// Time limits are looked at no more often than this.
    private static let scanInterval = TimeAmount.milliseconds(5)
    /// An output buffer beyond this many bytes is given back after use.
    private static let keptCapacity = 1 << 20

    init(
        endpoint: RedisEndpoint, configuration: RedisConfiguration, eventLoop: any EventLoop, logger: Logger,
        onStateChange: (@Sendable (RedisConnectionState) -> Void)?, onTrouble: (@Sendable () -> Void)?
    ) {
        self.endpoint = endpoint
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.logger = logger
        self.onStateChange = onStateChange
        self.onTrouble = onTrouble
        machine = RedisConnectionMachine(endpoint: endpoint, configuration: configuration)
    }
}

// MARK: - Commands

extension RedisConnectionDriver {
    func submit(
        _ command: RedisCommand, _ promise: EventLoopPromise<RedisValue>, now: NIODeadline, deadline: NIODeadline
    ) {
        if let refusal = command.refusal { return promise.fail(refusal) }
        switch machine.submit(command, promise, deadline: deadline, now: now) {
        case .write:
            write(command)
            arm(for: deadline)
        case .wait:
            arm(for: deadline)
        case .connect:
            arm(for: deadline)
            beginAttempt()
        case .fail(let promise, let error):
            promise.fail(error)
        }
    }

    func received(_ reply: RedisValue) {
        switch machine.received(reply, now: .now()) {
        case .none:
            break
        case .complete(let promise, let value):
            complete(promise, value)
        case .completeAndClose(let promise, let value):
            complete(promise, value)
            finishClosing()
        case .ready(let commands):
            becomeReady(commands)
        case .pause:
            eventLoop.assumeIsolated().scheduleTask(in: configuration.loadingPollInterval) { [weak self] in
                guard let self else { return }
                for command in machine.repeatHandshake() { write(command) }
            }
        case .giveUp(let error):
            giveUp(error)
        }
    }

    private func complete(_ promise: EventLoopPromise<RedisValue>, _ value: RedisValue) {
        if case .error(let reply) = value {
            promise.fail(RedisError(reply))
        } else {
            promise.succeed(value)
        }
    }

    private func write(_ command: RedisCommand) {
        guard encoder.encode(command, into: &output) else {
            return giveUp(RedisError(.invalidCommand, "There is no memory to encode a Redis command."))
        }
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        // Runs after everything else that is due in this turn of the loop: one write for all of its commands.
        eventLoop.assumeIsolated().execute { self.flush() }
    }

    private func flush() {
        isFlushScheduled = false
        guard output.readableBytes > 0 else { return }
        channel?.writeAndFlush(output, promise: nil)
        if output.capacity > Self.keptCapacity {
            output = ByteBuffer()
        } else {
            // Costs nothing when the socket took all of it at once, which then has let go of the memory.
            output.clear()
        }
    }
}

// MARK: - The channel

extension RedisConnectionDriver {
    func connect(_ promise: EventLoopPromise<Void>) {
        switch machine.connect() {
        case .begin:
            connectWaiters.append(promise)
            beginAttempt()
        case .join: connectWaiters.append(promise)
        case .alreadyReady: promise.succeed()
        case .fail(let error): promise.fail(error)
        }
    }

    private func beginAttempt() {
        attempt += 1
        let attempt = attempt
        attemptLimit = eventLoop.assumeIsolated().scheduleTask(in: configuration.connectTimeout) { [weak self] in
            guard let self, let slowness = machine.slownessOfAttempt else { return }
            giveUp(slowness)
        }
        RedisBootstrap.connect(to: endpoint, timeout: configuration.connectTimeout, eventLoop: eventLoop)
            .assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success(let channel):
                    self.adopt(channel, of: attempt)
                case .failure(let error):
                    guard attempt == self.attempt else { return }
                    self.giveUp(RedisError(connectingTo: self.endpoint, error))
                }
            }
    }

    private func adopt(_ channel: any Channel, of attempt: Int) {
        guard attempt == self.attempt, let commands = machine.connected() else {
            return channel.close(promise: nil)
        }
        do {
            let handler = try channel.pipeline.syncOperations.handler(type: RedisChannelHandler.self)
            handler.owner = self
            self.handler = handler
            self.channel = channel
            for command in commands { write(command) }
        } catch {
            // The channel closed between being connected and being adopted.
            giveUp(RedisError(connectingTo: endpoint, error))
        }
    }

    private func becomeReady(_ commands: [RedisCommand]) {
        attemptLimit?.cancel()
        logger.info("connected to redis", metadata: ["redis.endpoint": "\(endpoint)"])
        if endpoint.tls?.verification == RedisTLS.Verification.none {
            logger.warning("the certificate of redis is not verified", metadata: ["redis.endpoint": "\(endpoint)"])
        }
        for command in commands { write(command) }
        onStateChange?(.connected)
        let waiters = connectWaiters
        connectWaiters = []
        for waiter in waiters { waiter.succeed() }
    }

    func channelClosed(_ error: (any Error)?) {
        if let error, let failure = RedisError(securing: endpoint, error) { return giveUp(failure) }
        let cause = error.map { " (\($0))" } ?? ""
        giveUp(
            RedisError(
                .connectionLost, "Redis at \(endpoint) closed the connection\(cause)." + hintAtTLS,
                underlyingError: error))
    }

    /// What a server that speaks only TLS does to who does not: it hangs up on the first command.
    private var hintAtTLS: String {
        guard endpoint.tls == nil, machine.slownessOfAttempt != nil else { return "" }
        return " If it speaks TLS on this port, the address begins with rediss instead of redis."
    }

    /// Drops the channel, if there is one, fails what was sent on it, and tries again later if the machine says so.
    func giveUp(_ reason: RedisError) {
        dropChannel()
        let loss = machine.lost(reason, random: .random(in: 0..<1))
        if let delay = loss.retryAfter {
            eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in
                guard let self, machine.retryDue() else { return }
                beginAttempt()
            }
        }
        report(reason, loss.wasReady)
        let waiters = connectWaiters
        connectWaiters = []
        for waiter in waiters { waiter.fail(reason) }
        for failure in loss.failures { failure.completion.fail(failure.error) }
        if !closeWaiters.isEmpty { finishClosing() }
        onTrouble?()
    }

    private func report(_ reason: RedisError, _ wasReady: Bool) {
        guard wasReady else {
            return logger.debug(
                "cannot connect to redis", metadata: ["redis.endpoint": "\(endpoint)", "redis.reason": "\(reason)"])
        }
        logger.warning(
            "lost the connection to redis", metadata: ["redis.endpoint": "\(endpoint)", "redis.reason": "\(reason)"])
        onStateChange?(.disconnected(reason))
    }

    private func dropChannel() {
        attempt += 1
        attemptLimit?.cancel()
        handler?.owner = nil
        handler = nil
        output.clear()
        channel?.close(promise: nil)
        channel = nil
    }
}

// MARK: - Time limits

extension RedisConnectionDriver {
    /// Makes sure that the time limits are looked at when this one is due.
    private func arm(for deadline: NIODeadline) {
        guard deadline < scanDue else { return }
        scan?.cancel()
        scanDue = deadline
        scan = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in self?.expire() }
    }

    private func expire() {
        scanDue = .distantFuture
        let now = NIODeadline.now()
        let expiry = machine.expire(now: now)
        if let next = expiry.next { arm(for: max(next, now + Self.scanInterval)) }
        for failure in expiry.failures { failure.completion.fail(failure.error) }
        if let silence = expiry.silence { giveUp(silence) }
        if expiry.isDrained { finishClosing() }
    }
}

// MARK: - Closing

extension RedisConnectionDriver {
    func close(_ promise: EventLoopPromise<Void>?) {
        guard !isClosed else { promise?.succeed(); return }
        if let promise { closeWaiters.append(promise) }
        let closing = machine.close()
        for failure in closing.failures { failure.completion.fail(failure.error) }
        if closing.isDrained { finishClosing() }
    }

    private func finishClosing() {
        guard !isClosed else { return }
        isClosed = true
        scan?.cancel()
        let closed = channel?.closeFuture
        dropChannel()
        // Replies that nobody waits for any more have no promises left, so nothing can fail here.
        _ = machine.lost(RedisError(.closed, "closed"), random: 0)
        let error = RedisError(.closed, "The connection to Redis at \(endpoint) was closed by this process.")
        for waiter in connectWaiters { waiter.fail(error) }
        connectWaiters = []
        onStateChange?(.closed)
        let waiters = closeWaiters
        closeWaiters = []
        (closed ?? eventLoop.makeSucceededVoidFuture()).assumeIsolated().whenComplete { _ in
            for waiter in waiters { waiter.succeed() }
        }
    }
}
