import Delivery
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import SMTP

@Suite("A pool against scripted servers", .timeLimit(.minutes(1)))
struct SMTPConnectionPoolTests {
    typealias Step = ScriptedServer.Step

    private static let grouped: [Step] = [
        .say("220 mx\r\n"), .hear("EHLO client.example\r\n"), .say("250-mx\r\n250 PIPELINING\r\n"),
    ]
    static let chunked: [Step] = [
        .say("220 mx\r\n"), .hear("EHLO client.example\r\n"), .say("250-mx\r\n250-CHUNKING\r\n250 PIPELINING\r\n"),
    ]

    private func run(
        _ scripts: [[Step]], messages: Int = 1, repeats: Bool = false, grace: TimeAmount = .seconds(5),
        options: @Sendable @escaping (inout SMTPClientOptions) -> Void = { _ in },
        until isEnough: (@Sendable (RecordingSource.Record) -> Bool)? = nil
    ) async throws -> RecordingSource.Record {
        let server = try await ScriptedServer.start(scripts)
        let all = (1...messages).map { Client.message(UInt64($0)) }
        let record = try await sendThroughPool(
            port: server.port, all, repeats: repeats, grace: grace, options: options, until: isEnough)
        try await server.stop()
        #expect(record.surprises == 0)
        return record
    }

    @Test("a message that comes while others are unanswered goes out at once, where there is room")
    func late() async throws {
        let server = try await ScriptedServer.start([
            Self.chunked + [
                .hear("user1@"), .hear("BDAT"), .hear("user2@"), .hear("BDAT"),
                .say(String(repeating: "250 ok\r\n", count: 7)), .hear("QUIT"), .say("221 bye\r\n"), .hangUp,
            ]
        ])
        let record = try await sendThroughPool(
            to: SMTPDestination(hosts: [SMTPHost(name: "127.0.0.1", port: server.port)]), [Client.message(1)],
            late: [Client.message(2)])
        try await server.stop()
        #expect(record.results.count == 2)
    }

    @Test(
        "where the connection breaks decides what became of the message",
        arguments: [
            (grouped + [.hear("MAIL"), .hangUp], .notAttempted),
            (
                grouped + [.hear("DATA\r\n"), .say("250 a\r\n250 b\r\n"), .hangUp],
                .lostBeforeFinalDot("the server closed the connection")
            ),
            (
                grouped + [.hear("DATA\r\n"), .say("250 a\r\n250 b\r\n354 c\r\n"), .hear("\r\n.\r\n"), .hangUp],
                .lostAfterFinalDot("the server closed the connection")
            ),
            (
                grouped + [.hear("DATA\r\n"), .say("250 a\r\n550 b\r\n"), .hangUp],
                .reply(Client.reply(550, "b"), phase: .rcpt)
            ),
            (
                grouped + [.hear("DATA\r\n"), .say("250 a\r\n421 busy\r\n"), .hangUp],
                .reply(Client.reply(421, "busy"), phase: .rcpt)
            ),
            (
                grouped + [
                    .hear("DATA\r\n"), .say("250 a\r\n550-b\r\n550 c\r\n354 d\r\n"), .hear(".\r\n"), .say("554 e\r\n"),
                ],
                .reply(Client.reply(550, "b\nc"), phase: .rcpt)
            ),
            (
                grouped + [
                    .hear("DATA\r\n"), .say("250 a\r\n250"), .say(" b\r"), .say("\n35"), .say("4 c\r\n"),
                    .hear("\r\n.\r\n"), .say("250-x\r\n250 y\r\n"),
                ],
                .reply(Client.reply(250, "x\ny"), phase: .dot)
            ),
            (
                [
                    .say("220 mx\r\n"), .hear("EHLO"), .say("502 no\r\n"), .hear("HELO client.example\r\n"),
                    .say("250 mx\r\n"),
                    .hear("MAIL FROM:<bounce@sender.example>\r\n"), .say("250 a\r\n"),
                    .hear("RCPT TO:<user1@example.com>\r\n"),
                    .say("250 b\r\n"), .hear("DATA\r\n"), .say("354 c\r\n"), .hear("\r\n.\r\n"), .say("250 d\r\n"),
                ], .reply(Client.reply(250, "d"), phase: .dot)
            ),
            (
                chunked + [.hear("LAST\r\n"), .hear("Hello\r\n"), .hangUp],
                .lostAfterFinalDot("the server closed the connection")
            ),
            (
                chunked + [.hear("LAST\r\n"), .say("250 a\r\n550 b\r\n503 c\r\n")],
                .reply(Client.reply(550, "b"), phase: .rcpt)
            ),
            (
                grouped + [.hear("DATA\r\n"), .say("250 a\r\nwhat?\r\n")],
                .lostBeforeFinalDot("the server said \"what?\", which is no reply")
            ),
        ] as [([Step], DeliveryResult)])
    func result(_ script: [Step], _ result: DeliveryResult) async throws {
        let record = try await run([script], grace: .zero)
        #expect(record.results == [1: result])
        #expect(record.unavailable.isEmpty)
    }

    @Test("the next message after a refused recipient is not spoilt by what the server still holds")
    func resetAfterRefusal() async throws {
        let script: [Step] =
            Self.grouped + [
                .hear("DATA\r\n"), .say("250 a\r\n550 b\r\n503 c\r\n"),
                .hear("RSET\r\nMAIL FROM:<bounce@sender.example>\r\nRCPT TO:<user2@example.com>\r\nDATA\r\n"),
                .say("250 r\r\n250 a\r\n250 b\r\n354 c\r\n"), .hear("\r\n.\r\n"), .say("250 d\r\n"), .hear("QUIT\r\n"),
                .say("221 bye\r\n"),
            ]
        let record = try await run([script], messages: 2)
        #expect(record.results[2] == .reply(Client.reply(250, "d"), phase: .dot))
    }

    @Test(
        "a greeting that refuses is no message's outcome: the pool says so, probes, and says when it is back",
        arguments: [
            ([.hangUp], .connect), ([.say("554 no\r\n")], .connect),
            ([.say("220 mx\r\n"), .hear("EHLO"), .hangUp], .ehlo),
            ([.say("220 mx\r\n"), .hear("EHLO"), .say("421 busy\r\n")], .ehlo), ([.say("nonsense\r\n")], .connect),
        ] as [([Step], DeliveryPhase)])
    func unavailable(_ script: [Step], _ phase: DeliveryPhase) async throws {
        let good: [Step] = Self.chunked + [.hear("Hello\r\n"), .say("250 a\r\n250 b\r\n250 c\r\n")]
        let record = try await run([script, script, good], grace: .zero)
        #expect(record.unavailable.map(\.phase) == [phase, phase])
        #expect(record.timesAvailable == 1)
        #expect(record.results == [1: .reply(Client.reply(250, "c"), phase: .dot)])
    }

    @Test("a port where nobody listens is unavailable at connect")
    func nobody() async throws {
        let server = try await ScriptedServer.start([[.hangUp]])
        try await server.stop()
        let record = try await sendThroughPool(
            port: server.port, [Client.message(1)], until: { !$0.unavailable.isEmpty })
        #expect(record.unavailable.first?.phase == .connect)
        #expect(record.unavailable.first?.reply == nil)
        #expect(record.results.isEmpty)
    }

    @Test("a second connection that is refused while the first works is not worth a word")
    func limitedConnections() async throws {
        let first: [Step] =
            Self.grouped + [
                .hear("DATA\r\n"), .say("250 a\r\n250 b\r\n354 c\r\n"), .hear("\r\n.\r\n"), .hear("DATA\r\n"),
                .say("250 d\r\n250 a\r\n250 b\r\n354 c\r\n"), .hear("\r\n.\r\n"), .say("250 d\r\n"),
            ]
        let record = try await run([first, [.say("421 too many connections\r\n")]], messages: 2, grace: .zero) {
            $0.maximumConnections = 4
        }
        #expect(record.unavailable.isEmpty && record.timesAvailable == 0)
        #expect(record.results.values.allSatisfy { $0 == .reply(Client.reply(250, "d"), phase: .dot) })
    }

    @Test("messages that were not attempted are sent by the next connection")
    func secondConnection() async throws {
        let first: [Step] = Self.chunked + [.hear("LAST\r\n"), .say("250 a\r\n421 busy\r\n"), .hangUp]
        let second: [Step] =
            Self.chunked + [
                .hear("user3@example.com"), .hear("Hello\r\n"),
                .say("250 a\r\n250 b\r\n250 two\r\n250 r\r\n250 a\r\n250 b\r\n250 three\r\n"),
            ]
        let record = try await run([first, second], messages: 3, repeats: true, grace: .zero)
        #expect(
            record.results == [
                1: .reply(Client.reply(421, "busy"), phase: .rcpt), 2: .reply(Client.reply(250, "two"), phase: .dot),
                3: .reply(Client.reply(250, "three"), phase: .dot),
            ] as [UInt64: DeliveryResult])
    }

    @Test("a shutdown gives up after its grace, and every message has its result")
    func graceOver() async throws {
        let script: [Step] = Self.chunked + [.hear("Hello\r\n"), .say("250 a\r\n250 b\r\n250 one\r\n"), .hear("never")]
        let record = try await run([script], messages: 3, grace: .milliseconds(1), until: { !$0.results.isEmpty })
        let cause = "the sender shut down before the answer came"
        #expect(
            record.results == [
                1: .reply(Client.reply(250, "one"), phase: .dot), 2: .lostAfterFinalDot(cause),
                3: .lostAfterFinalDot(cause),
            ] as [UInt64: DeliveryResult])
    }
}

@Suite("A pool against our own server", .timeLimit(.minutes(1)))
struct SMTPPoolAndServerTests {
    /// Counts what all connections of a server saw.
    final class Tally: Sendable {
        let connections = Mutex(0)
        let messages = Mutex<[String: String]>([:])
    }

    final class TallySession: SMTPServerSession {
        let tally: Tally
        let contentInterest = SMTPContentInterest.whole

        init(tally: Tally) {
            self.tally = tally
            tally.connections.withLock { $0 += 1 }
        }

        func recipient(_ address: String, from sender: String) -> SMTPServerDecision { .accept }

        func received(_ message: SMTPReceivedMessage) -> SMTPServerDecision {
            tally.messages.withLock { $0[message.recipients[0]] = String(buffer: message.content) }
            return .accept
        }
    }

    @Test(
        "every message arrives once and whole, in every conversation, over connections of a few messages each",
        arguments: [(true, true), (true, false), (false, false)])
    func arrives(_ pipelining: Bool, _ chunking: Bool) async throws {
        let tally = Tally()
        var configuration = SMTPServerConfiguration(hostName: "mx.example")
        configuration.offersChunking = chunking
        configuration.offersPipelining = pipelining
        let server = try await SMTPServer.listen(
            host: "127.0.0.1", port: 0, configuration: configuration, group: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "test")
        ) { _, _ in TallySession(tally: tally) }
        let messages = (1...100).map { number in
            Client.message(
                UInt64(number),
                content: "Subject: \(number)\r\n\r\n.dot\r\n" + String(repeating: "x\r\n", count: number * 50))
        }
        let port = try #require(server.localAddress?.port)
        let record = try await sendThroughPool(port: port, messages) {
            $0.maximumConnections = 3
            $0.messagesPerConnection = 7
        }
        try await server.close()
        #expect(record.surprises == 0 && record.unavailable.isEmpty)
        #expect(
            record.results.values.count { if case .reply(let reply, .dot) = $0 { reply.code == 250 } else { false } }
                == 100)
        let received = tally.messages.withLock { $0 }
        #expect(received.count == 100)
        for message in messages {
            #expect(received[message.recipient] == String(decoding: message.content, as: UTF8.self))
        }
        #expect(tally.connections.withLock { $0 } >= 15)
    }
}
