internal import NIOCore

/// The connection's protocol, without socket, clock or logger: every input is a function, every answer says what to do.
///
/// Replies carry no name: the n-th reply belongs to the n-th command. So a command that was sent keeps its place in
/// `inFlight` until its reply is there, even if its caller has long given up.
///
/// `Completion` is whatever the driver needs to hand a result to a caller. Each one that enters leaves exactly once.
struct RedisConnectionMachine<Completion> {
    /// A command that waits for a connection.
    private struct Waiting {
        var command: RedisCommand
        var completion: Completion
        var deadline: NIODeadline
    }

    /// A command that was sent; without a completion, its reply is dropped.
    private struct InFlight {
        var completion: Completion?
        var deadline: NIODeadline
    }

    private enum Phase {
        /// Not connected and not trying to.
        case idle
        case connecting
        case handshaking(RedisHandshake)
        /// Connected, but the server asks for patience: the handshake will be repeated.
        case pausing
        case ready
        case backingOff
        /// Closing: what was sent may still be answered.
        case draining
        case closed
    }

    typealias Failure = (completion: Completion, error: RedisError)

    private let endpoint: RedisEndpoint
    private let configuration: RedisConfiguration
    private var phase = Phase.idle
    private var waiting = CircularBuffer<Waiting>()
    private var inFlight = CircularBuffer<InFlight>()
    /// How many of `inFlight` have a caller that still waits.
    private var awaited = 0
    private var wasEverReady = false
    /// Attempts to connect that failed since the connection was last ready.
    private var failedAttempts = 0
    private var lastFailure: RedisError?
    private var lastHeard = NIODeadline.uptimeNanoseconds(0)

    init(endpoint: RedisEndpoint, configuration: RedisConfiguration) {
        self.endpoint = endpoint
        self.configuration = configuration
    }
}

// MARK: - Commands and replies

extension RedisConnectionMachine {
    enum SubmitAction {
        case write
        case wait
        /// Wait, and begin to connect.
        case connect
        case fail(Completion, RedisError)
    }

    mutating func submit(
        _ command: RedisCommand, _ completion: Completion, deadline: NIODeadline, now: NIODeadline
    ) -> SubmitAction {
        switch phase {
        case .ready:
            // The silence that may end a connection begins with a question, not with the answer before it.
            if inFlight.isEmpty { lastHeard = now }
            inFlight.append(InFlight(completion: completion, deadline: deadline))
            awaited += 1
            return .write
        case .idle:
            waiting.append(Waiting(command: command, completion: completion, deadline: deadline))
            phase = .connecting
            return .connect
        case .connecting, .handshaking, .pausing, .backingOff:
            waiting.append(Waiting(command: command, completion: completion, deadline: deadline))
            return .wait
        case .draining, .closed:
            return .fail(completion, closedError)
        }
    }

    enum ReplyAction {
        case none
        case complete(Completion, RedisValue)
        /// Hand over the last reply, then close the channel.
        case completeAndClose(Completion, RedisValue)
        /// The handshake is done: announce it, and write the commands that waited.
        case ready([RedisCommand])
        /// Wait for the configured interval, then call `repeatHandshake`.
        case pause
        /// Give this connection up for the reason given.
        case giveUp(RedisError)
    }

    mutating func received(_ reply: RedisValue, now: NIODeadline) -> ReplyAction {
        lastHeard = now
        switch phase {
        case .ready, .draining:
            guard let entry = inFlight.popFirst() else {
                return .giveUp(
                    RedisError(
                        .protocolViolation, "Redis at \(endpoint) sent a reply to no command: \(Self.brief(reply))"))
            }
            guard let completion = entry.completion else { return .none }
            awaited -= 1
            if case .draining = phase, awaited == 0 {
                phase = .closed
                return .completeAndClose(completion, reply)
            }
            return .complete(completion, reply)
        case .handshaking(var handshake):
            let verdict = handshake.received(reply)
            phase = .handshaking(handshake)
            return conclude(verdict, now: now)
        case .pausing:
            return .giveUp(
                RedisError(.protocolViolation, "Redis at \(endpoint) sent a reply to no command: \(Self.brief(reply))"))
        case .idle, .connecting, .backingOff, .closed:
            return .none
        }
    }

    private mutating func conclude(_ verdict: RedisHandshake.Verdict, now: NIODeadline) -> ReplyAction {
        switch verdict {
        case .goOn:
            return .none
        case .tryAgain(let reason):
            lastFailure = reason
            phase = .pausing
            return .pause
        case .failed(let error):
            return .giveUp(error)
        case .ready:
            phase = .ready
            wasEverReady = true
            failedAttempts = 0
            lastFailure = nil
            let commands = waiting.map(\.command)
            for entry in waiting {
                inFlight.append(InFlight(completion: entry.completion, deadline: entry.deadline))
            }
            awaited += waiting.count
            waiting.removeAll(keepingCapacity: true)
            return .ready(commands)
        }
    }

    /// Only an error says anything about what went wrong; other replies may hold personal data.
    private static func brief(_ reply: RedisValue) -> String {
        if case .error(let error) = reply { error.text } else { "not an error" }
    }
}

// MARK: - Connecting and losing the connection

extension RedisConnectionMachine {
    enum ConnectAction {
        case begin
        /// An attempt is under way or will be: wait for its result.
        case join
        case alreadyReady
        case fail(RedisError)
    }

    /// The owner asks for the connection.
    mutating func connect() -> ConnectAction {
        switch phase {
        case .idle:
            phase = .connecting
            return .begin
        case .connecting, .handshaking, .pausing, .backingOff: return .join
        case .ready: return .alreadyReady
        case .draining, .closed: return .fail(closedError)
        }
    }

    /// The socket is connected; answers the commands to write, or nil if the socket is no longer wanted.
    mutating func connected() -> [RedisCommand]? {
        guard case .connecting = phase else { return nil }
        return beginHandshake()
    }

    /// The pause asked for is over; answers the commands to write, if any.
    mutating func repeatHandshake() -> [RedisCommand] {
        guard case .pausing = phase else { return [] }
        return beginHandshake()
    }

    private mutating func beginHandshake() -> [RedisCommand] {
        let handshake = RedisHandshake(
            endpoint: endpoint, clientName: configuration.clientName, requiresPrimary: configuration.requiresPrimary)
        phase = .handshaking(handshake)
        return handshake.commands
    }

    /// Why an attempt that took too long failed; nil if none is under way.
    var slownessOfAttempt: RedisError? {
        switch phase {
        case .connecting, .handshaking, .pausing:
            lastFailure.flatMap { $0.code == .loading ? $0 : nil }
                ?? RedisError(
                    .connectTimedOut,
                    "Redis at \(endpoint) did not answer within \(configuration.connectTimeout.inSeconds). Check the address, "
                        + "the network between, and whether the server hangs"
                        + (endpoint.tls == nil ? "." : " or speaks no TLS on this port."))
        case .idle, .ready, .backingOff, .draining, .closed: nil
        }
    }

    struct Loss {
        /// Commands that were sent and will have no reply.
        var failures: [Failure] = []
        /// True if the connection was ready before.
        var wasReady = false
        /// When to try again; nil if not by ourselves.
        var retryAfter: TimeAmount?
    }

    /// The connection broke, or an attempt to connect failed.
    ///
    /// - Parameter random: 0..<1, spreads the attempts of many clients.
    mutating func lost(_ reason: RedisError, random: Double) -> Loss {
        var loss = Loss(failures: takeInFlight(after: reason))
        switch phase {
        case .closed, .idle, .backingOff:
            return loss
        case .draining:
            phase = .closed
            return loss
        case .ready:
            loss.wasReady = true
        case .connecting, .handshaking, .pausing:
            break
        }
        lastFailure = reason
        guard wasEverReady || !waiting.isEmpty else {
            phase = .idle
            return loss
        }
        phase = .backingOff
        loss.retryAfter = backOff(random: random)
        failedAttempts += 1
        return loss
    }

    /// The pause after a failed attempt is over; true if a new attempt should begin.
    mutating func retryDue() -> Bool {
        guard case .backingOff = phase else { return false }
        phase = .connecting
        return true
    }

    private func backOff(random: Double) -> TimeAmount {
        let doubled = Double(configuration.minimumBackOff.nanoseconds) * Double(1 << min(failedAttempts, 20))
        let bounded = min(doubled, Double(configuration.maximumBackOff.nanoseconds))
        return .nanoseconds(Int64(bounded * (1 - random / 2)))
    }

    private mutating func takeInFlight(after reason: RedisError) -> [Failure] {
        defer {
            inFlight.removeAll(keepingCapacity: true)
            awaited = 0
        }
        let error = RedisError(
            .connectionLost,
            "The connection to Redis at \(endpoint) broke before the reply came; whether the command ran is unknown. "
                + reason.message,
            underlyingError: reason)
        return inFlight.compactMap { entry in entry.completion.map { ($0, error) } }
    }
}

// MARK: - Time limits

extension RedisConnectionMachine {
    struct Expiry {
        var failures: [Failure] = []
        /// Set if the connection has been silent for too long: give it up for this reason.
        var silence: RedisError?
        /// True if nobody waits for the rest of the replies of a closing connection.
        var isDrained = false
        /// When to look again; nil if nothing is owed.
        var next: NIODeadline?
    }

    /// Fails what is over its time limit.
    mutating func expire(now: NIODeadline) -> Expiry {
        var expiry = Expiry()
        var next = NIODeadline.distantFuture
        expireInFlight(now: now, &expiry, &next)
        expireWaiting(now: now, &expiry, &next)
        if case .draining = phase, awaited == 0 {
            phase = .closed
            expiry.isDrained = true
        }
        if !inFlight.isEmpty {
            let limit = lastHeard + configuration.silenceLimit
            if limit <= now {
                expiry.silence = RedisError(
                    .timedOut, "Redis at \(endpoint) has sent nothing for \(configuration.silenceLimit.inSeconds).")
            }
            next = min(next, limit)
        }
        expiry.next = next == .distantFuture ? nil : next
        return expiry
    }

    private mutating func expireInFlight(now: NIODeadline, _ expiry: inout Expiry, _ next: inout NIODeadline) {
        guard awaited > 0 else { return }
        for index in inFlight.indices {
            guard let completion = inFlight[index].completion else { continue }
            guard inFlight[index].deadline <= now else {
                next = min(next, inFlight[index].deadline)
                continue
            }
            inFlight[index].completion = nil
            awaited -= 1
            let error = RedisError(
                .timedOut, "Redis at \(endpoint) has not answered within the time limit; the command may still run.")
            expiry.failures.append((completion, error))
        }
    }

    private mutating func expireWaiting(now: NIODeadline, _ expiry: inout Expiry, _ next: inout NIODeadline) {
        guard !waiting.isEmpty else { return }
        var kept = CircularBuffer<Waiting>()
        for entry in waiting {
            guard entry.deadline <= now else {
                next = min(next, entry.deadline)
                kept.append(entry)
                continue
            }
            let cause = lastFailure.map { " \($0.message)" } ?? ""
            let error = RedisError(
                .notConnected, "No connection to Redis at \(endpoint) within the command's time limit.\(cause)",
                underlyingError: lastFailure)
            expiry.failures.append((entry.completion, error))
        }
        waiting = kept
    }
}

// MARK: - Closing

extension RedisConnectionMachine {
    struct Closing {
        var failures: [Failure] = []
        /// True if the channel can be closed now; else it closes with the last reply.
        var isDrained = true
    }

    /// The owner closes the connection: what waits fails, what was sent may still be answered within its time limit.
    mutating func close() -> Closing {
        var closing = Closing(failures: waiting.map { ($0.completion, closedError) })
        waiting.removeAll()
        switch phase {
        case .ready where awaited > 0, .draining:
            phase = .draining
            closing.isDrained = false
        default:
            phase = .closed
        }
        return closing
    }

    private var closedError: RedisError {
        RedisError(.closed, "The connection to Redis at \(endpoint) was closed by this process.")
    }
}

extension TimeAmount {
    /// For messages: "5 s", "0.25 s".
    var inSeconds: String {
        let seconds = Double(nanoseconds) / 1e9
        return seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
    }
}
