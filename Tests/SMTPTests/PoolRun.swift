import Delivery
import Logging
import NIOCore
import NIOPosix

@testable import SMTP

/// A source that hands out its messages once, or again after `.notAttempted`, and records what it hears.
final class RecordingSource: SMTPMessageSource {
    struct Record: Sendable {
        var results: [UInt64: DeliveryResult] = [:]
        var unavailable: [SMTPEndpointFailure] = []
        var timesAvailable = 0
        var tlsFailures: [TLSResultType] = []
        /// How TLS went on each session, in the order in which they asked for messages first.
        var sessions: [SMTPSession.TLS] = []
        /// How often a message was finished that was not in hand.
        var surprises = 0
    }

    var record = Record()
    var pool: SMTPConnectionPool?
    /// What comes right after the first message was handed out, while that is still unanswered.
    var late: [OutgoingMessage] = []
    /// Called after each thing that was heard.
    var changed: (RecordingSource) -> Void = { _ in }
    private var waiting: [OutgoingMessage]
    private var inHand: [UInt64: OutgoingMessage] = [:]
    private let repeats: Bool

    init(_ messages: [OutgoingMessage], repeats: Bool) {
        waiting = messages
        self.repeats = repeats
    }

    var hasMessages: Bool { !waiting.isEmpty }

    /// Has one more message to send.
    func add(_ message: OutgoingMessage) { waiting.append(message) }

    func nextMessages(upTo count: Int, isIdle: Bool, on session: SMTPSession) -> [OutgoingMessage] {
        if session.countedFor.insert("seen").inserted { record.sessions.append(session.tls) }
        let messages = Array(waiting.prefix(count))
        waiting.removeFirst(messages.count)
        for message in messages { inHand[message.token] = message }
        if !messages.isEmpty, !late.isEmpty {
            waiting += late
            late = []
            pool?.eventLoop.assumeIsolated().execute { [self] in pool?.messagesAvailable() }
        }
        return messages
    }

    func finished(_ token: UInt64, _ result: DeliveryResult) {
        guard let message = inHand.removeValue(forKey: token) else {
            record.surprises += 1
            return
        }
        if repeats, result == .notAttempted {
            waiting.append(message)
            pool?.messagesAvailable()
        } else {
            record.results[token] = result
        }
        changed(self)
    }

    func tlsFailed(_ type: TLSResultType, with host: SMTPHost) {
        record.tlsFailures.append(type)
    }

    func endpointUnavailable(_ failure: SMTPEndpointFailure, retryIn: TimeAmount) {
        record.unavailable.append(failure)
        changed(self)
    }

    func endpointAvailable() {
        record.timesAvailable += 1
        changed(self)
    }
}

/// Sends messages through a pool to a port of this machine until `isEnough`, then shuts the pool down.
func sendThroughPool(
    port: Int, _ messages: [OutgoingMessage], repeats: Bool = false, grace: TimeAmount = .seconds(5),
    options change: @Sendable @escaping (inout SMTPClientOptions) -> Void = { _ in },
    until isEnough: (@Sendable (RecordingSource.Record) -> Bool)? = nil
) async throws -> RecordingSource.Record {
    let destination = SMTPDestination(hosts: [SMTPHost(name: "127.0.0.1", port: port)])
    return try await sendThroughPool(
        to: destination, messages, repeats: repeats, grace: grace, options: change, until: isEnough)
}

/// Sends messages through a pool to a destination until `isEnough`, then shuts the pool down.
func sendThroughPool(
    to destination: SMTPDestination, _ messages: [OutgoingMessage], late: [OutgoingMessage] = [], repeats: Bool = false,
    grace: TimeAmount = .seconds(5),
    options change: @Sendable @escaping (inout SMTPClientOptions) -> Void = { _ in },
    until isEnough: (@Sendable (RecordingSource.Record) -> Bool)? = nil
) async throws -> RecordingSource.Record {
    let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    let enough = eventLoop.makePromise(of: Void.self)
    let stopped = eventLoop.submit {
        var options = SMTPClientOptions(heloName: "client.example")
        options.maximumConnections = 1
        options.reconnect.first = .milliseconds(1)
        options.reconnect.cap = .milliseconds(5)
        change(&options)
        let source = RecordingSource(messages, repeats: repeats)
        let pool = SMTPConnectionPool(
            eventLoop: eventLoop, destination: destination, options: options, source: source,
            logger: Logger(label: "test"))
        source.pool = pool
        source.late = late
        source.changed = { source in
            if isEnough?(source.record) ?? (source.record.results.count == messages.count + late.count) {
                enough.succeed()
            }
        }
        pool.messagesAvailable()
        return (NIOLoopBound(source, eventLoop: eventLoop), NIOLoopBound(pool, eventLoop: eventLoop))
    }.flatMap { source, pool in
        enough.futureResult.flatMap {
            pool.value.shutdown(grace: grace)
        }.map {
            source.value.changed = { _ in }
            source.value.pool = nil
            return source.value.record
        }
    }
    return try await stopped.get()
}
