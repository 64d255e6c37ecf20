import Delivery
import Logging
import NIOCore
import NIOPosix
import SMTP

/// Sends a few messages, one after the other on one connection, through Postrider's own SMTP client, and tells what was answered.
final class DeliveryProbe: SMTPMessageSource {
    /// What a server said, or what became of the connection.
    enum Answer: Sendable {
        case result(DeliveryResult)
        /// No connection could be opened: the server's reply to it, and in which phase.
        case unavailable(SMTPReply?, DeliveryPhase)

        /// The server's words, as far as it said any.
        var reply: SMTPReply? {
            switch self {
            case .result(.reply(let reply, _)): reply
            case .result: nil
            case .unavailable(let reply, _): reply
            }
        }

        var phase: DeliveryPhase? {
            switch self {
            case .result(.reply(_, let phase)), .unavailable(_, let phase): phase
            case .result: nil
            }
        }

        var classification: Classification {
            switch self {
            case .result(let result): OutcomeClassifier.standard.classify(result)
            case .unavailable(let reply?, let phase): OutcomeClassifier.standard.classify(reply, phase: phase)
            case .unavailable(nil, _): LocalFinding.unreachable.classification
            }
        }
    }

    private var waiting: [OutgoingMessage]
    private var isBusy = false
    private let last: UInt64
    private var pool: SMTPConnectionPool?
    private let answer: EventLoopPromise<Answer>

    private init(_ messages: [OutgoingMessage], _ answer: EventLoopPromise<Answer>) {
        waiting = messages
        last = messages.last?.token ?? 0
        self.answer = answer
    }

    /// Delivers to the recipients in turn; the answer is that to the last one, or the first refusal of a connection.
    static func deliver(
        port: Int, from sender: String = "news@sender.example", to recipients: [String], size: Int = 200,
        security: SMTPSecurity = .none
    ) async throws -> Answer {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let answer = eventLoop.makePromise(of: Answer.self)
        let head = "From: <\(sender)>\r\nTo: <\(recipients.last ?? "")>\r\nSubject: Probe\r\n\r\n"
        let line = "It is a line of a probe, and says little.\r\n"
        let content = head + String(repeating: line, count: size / line.utf8.count + 1)
        let messages = recipients.enumerated().map { number, recipient in
            OutgoingMessage(
                token: UInt64(number), sender: sender, recipient: recipient, content: Array(content.utf8))
        }
        let stopped = eventLoop.submit {
            var options = SMTPClientOptions(heloName: "client.example")
            options.maximumConnections = 1
            options.reconnect.first = .seconds(60)
            let source = DeliveryProbe(messages, answer)
            let pool = SMTPConnectionPool(
                eventLoop: eventLoop,
                destination: SMTPDestination(hosts: [SMTPHost(name: "127.0.0.1", port: port, security: security)]),
                options: options, source: source, logger: Logger(label: "test"))
            source.pool = pool
            pool.messagesAvailable()
            return (NIOLoopBound(source, eventLoop: eventLoop), NIOLoopBound(pool, eventLoop: eventLoop))
        }.flatMap {
            (source: NIOLoopBound<DeliveryProbe>, pool: NIOLoopBound<SMTPConnectionPool>) -> EventLoopFuture<Answer> in
            answer.futureResult.flatMap { (found: Answer) -> EventLoopFuture<Answer> in
                pool.value.shutdown(grace: .seconds(5)).map {
                    source.value.pool = nil
                    return found
                }
            }
        }
        return try await stopped.get()
    }

    /// Delivers without the client, step by step, up to the first refusal.
    static func deliverByHand(port: Int, from sender: String, to recipient: String, size: Int) throws -> Answer {
        guard let connection = LoopbackConnection(port: port), connection.firstLine() != nil else {
            return .unavailable(nil, .connect)
        }
        let lines = String(repeating: "It is a line of a probe, and says little.\r\n", count: size / 43 + 1)
        let steps: [(text: String, phase: DeliveryPhase)] = [
            ("EHLO client.example", .ehlo), ("MAIL FROM:<\(sender)> SIZE=\(size)", .mail),
            ("RCPT TO:<\(recipient)>", .rcpt),
            ("DATA", .data), ("From: <\(sender)>\r\n\r\n\(lines).", .dot),
        ]
        var last = Answer.unavailable(nil, .connect)
        for step in steps {
            let reply = SMTPReply(parsing: connection.ask(step.text))
            last = .result(.reply(reply, phase: step.phase))
            guard (200..<400).contains(reply.code) else { break }
        }
        return last
    }

    var hasMessages: Bool { !waiting.isEmpty }

    func nextMessages(upTo count: Int, isIdle: Bool, on session: SMTPSession) -> [OutgoingMessage] {
        guard !isBusy, !waiting.isEmpty, count > 0 else { return [] }
        isBusy = true
        return [waiting.removeFirst()]
    }

    func finished(_ token: UInt64, _ result: DeliveryResult) {
        isBusy = false
        guard token == last else {
            pool?.messagesAvailable()
            return
        }
        answer.succeed(.result(result))
    }

    func endpointUnavailable(_ failure: SMTPEndpointFailure, retryIn: TimeAmount) {
        answer.succeed(.unavailable(failure.reply, failure.phase))
    }

    func tlsFailed(_ type: TLSResultType, with host: SMTPHost) {}

    func endpointAvailable() {}
}
