import Delivery
import NIOCore
import NIOEmbedded
import Testing

@testable import SMTP

/// A pool's place taken by a record of what a connection told it.
final class RecordingOwner: SMTPClientHandler.Owner {
    var waiting: [OutgoingMessage] = []
    var results: [UInt64: DeliveryResult] = [:]
    var events: [String] = []
    var failure: SMTPEndpointFailure?
    var windowGrowth = 0
    var timesHungry = 0

    func nextMessages(upTo count: Int, isIdle: Bool, on session: SMTPSession) -> [OutgoingMessage] {
        defer { waiting.removeFirst(min(count, waiting.count)) }
        return Array(waiting.prefix(count))
    }

    func finished(_ finished: SMTPClientStateMachine.Finished) {
        if results.updateValue(finished.result, forKey: finished.token) != nil {
            events.append("finished \(finished.token) twice")
        }
    }

    func wantsFlush(_ handler: SMTPClientHandler) { handler.flush() }
    func opened(_ handler: SMTPClientHandler) { events.append("opened") }
    func filled(_ handler: SMTPClientHandler) { events.append("filled") }
    func hungers(_ handler: SMTPClientHandler) { timesHungry += 1 }
    func windowChanged(by messages: Int) { windowGrowth += messages }
    func becameIdle(_ handler: SMTPClientHandler) { events.append("idle") }
    func retiring(_ handler: SMTPClientHandler, isSpent: Bool) { events.append(isSpent ? "spent" : "retiring") }
    func closed(_ handler: SMTPClientHandler, failure: SMTPEndpointFailure?) {
        events.append("closed")
        self.failure = failure
    }
}

/// A client's connection on an embedded channel.
final class ClientChannel {
    let owner = RecordingOwner()
    let handler: SMTPClientHandler
    let channel: EmbeddedChannel

    init(messages: [UInt64] = [], _ change: (inout SMTPClientOptions) -> Void = { _ in }) throws {
        var options = SMTPClientOptions(heloName: "me.example")
        change(&options)
        owner.waiting = messages.map { Client.message($0, content: "Hi \($0)\r\n") }
        handler = SMTPClientHandler(owner: owner, options: options)
        channel = EmbeddedChannel(handler: handler)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 25)).wait()
    }

    /// Lets the server say something; answers what the client wrote after it, and in how many writes.
    @discardableResult
    func say(_ text: String) throws -> (text: String, writes: Int) {
        try channel.writeInbound(ByteBuffer(string: text))
        return try written()
    }

    func written() throws -> (text: String, writes: Int) {
        var text = ""
        var writes = 0
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) {
            text += String(buffer: buffer)
            writes += 1
        }
        return (text, writes)
    }

    func advance(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }
}

@Suite("The client's handler")
struct SMTPClientHandlerTests {
    @Test(
        "a far server gets more and more messages before it answers; the pool hears of it, and when the connection is gone"
    )
    func farServer() throws {
        let client = try ClientChannel(messages: Array(1...500))
        try client.say("220 far\r\n")
        client.advance(.milliseconds(50))
        var rounds: [Int] = []
        var written = try client.say("250-far\r\n250-PIPELINING\r\n250 CHUNKING\r\n").text
        while rounds.reduce(0, +) < 500 {
            let commands = written.split(separator: "\r\n").map { $0.prefix(4) }.filter {
                ["RSET", "MAIL", "RCPT", "BDAT"].contains($0)
            }
            rounds.append(commands.count { $0 == "BDAT" })
            client.advance(.milliseconds(50))
            written = try client.say(String(repeating: "250 ok\r\n", count: commands.count)).text
        }
        #expect(rounds.first == 32)
        #expect(rounds.contains { $0 > 90 })
        #expect(client.owner.results.count == 500)
        #expect(client.owner.windowGrowth > 60)
        #expect(client.owner.timesHungry > 0, "at its end there was room for more")
        client.channel.pipeline.fireChannelInactive()
        #expect(client.owner.windowGrowth == 0)
    }

    private func envelope(_ token: Int, _ last: String = "DATA\r\n") -> String {
        "MAIL FROM:<bounce@sender.example>\r\nRCPT TO:<user\(token)@example.com>\r\n\(last)"
    }

    @Test("with PIPELINING the content, the dot and the next envelope share one write")
    func grouped() throws {
        let client = try ClientChannel(messages: [1, 2])
        #expect(try client.say("220 mx\r\n").text == "EHLO me.example\r\n")
        #expect(try client.say("250-mx\r\n250 PIPELINING\r\n") == (envelope(1), 1))
        #expect(try client.say("250 Ok\r\n250 Ok\r\n354 Go\r\n") == ("Hi 1\r\n.\r\n" + envelope(2), 1))
        #expect(try client.say("250 queued 1\r\n250 Ok\r\n250 Ok\r\n354 Go\r\n") == ("Hi 2\r\n.\r\n", 1))
        #expect(try client.say("250 queued 2\r\n").text.isEmpty)
        let expected: [UInt64: DeliveryResult] = [
            1: .reply(Client.reply(250, "queued 1"), phase: .dot),
            2: .reply(Client.reply(250, "queued 2"), phase: .dot),
        ]
        #expect(client.owner.results == expected)
        #expect(client.owner.events.last == "idle")
    }

    @Test("with CHUNKING the whole window goes out in one write")
    func chunked() throws {
        let client = try ClientChannel(messages: [1, 2])
        try client.say("220 mx\r\n")
        let chunk = { (token: Int) in "BDAT 6 LAST\r\nHi \(token)\r\n" }
        #expect(
            try client.say("250-mx\r\n250-PIPELINING\r\n250 CHUNKING\r\n")
                == (envelope(1, chunk(1)) + "RSET\r\n" + envelope(2, chunk(2)), 1))
        try client.say("250 a\r\n250 b\r\n250 one\r\n250 r\r\n250 a\r\n550 5.1.1 no\r\n503 c\r\n")
        #expect(client.owner.results[1] == .reply(Client.reply(250, "one"), phase: .dot))
        let refusal = SMTPReply(code: 550, enhancedStatus: EnhancedStatusCode(5, 1, 1), text: "no")
        #expect(client.owner.results[2] == .reply(refusal, phase: .rcpt))
    }

    @Test("without PIPELINING each command waits, also when replies come byte by byte")
    func stepwise() throws {
        let client = try ClientChannel(messages: [1])
        var dialogue = ""
        for line in ["220 mx\r\n", "500 What?\r\n", "250 mx\r\n", "250 a\r\n", "250 b\r\n", "354 c\r\n", "250 d\r\n"] {
            for byte in line.utf8 { dialogue += try client.say(String(UnicodeScalar(byte))).text }
        }
        #expect(
            dialogue == "EHLO me.example\r\nHELO me.example\r\n" + envelope(1) + "Hi 1\r\n.\r\n")
        #expect(client.owner.results.count == 1)
    }

    @Test("the connection says QUIT after its last message and tells the pool as soon as it begins it")
    func spent() throws {
        let client = try ClientChannel(messages: [1, 2]) { $0.messagesPerConnection = 1 }
        try client.say("220 mx\r\n")
        try client.say("250-mx\r\n250 PIPELINING\r\n")
        #expect(client.owner.events.last == "spent")
        try client.say("250 a\r\n250 b\r\n354 c\r\n")
        #expect(try client.say("250 d\r\n").text == "QUIT\r\n")
        try client.say("221 Bye\r\n")
        #expect(client.owner.events.last == "closed")
        #expect(client.owner.waiting.count == 1)
    }

    @Test("an idle connection says QUIT after its time")
    func idle() throws {
        let client = try ClientChannel { $0.idleTimeout = .seconds(30) }
        try client.say("220 mx\r\n")
        try client.say("250 mx\r\n")
        client.advance(.seconds(29))
        #expect(try client.written().text.isEmpty)
        client.advance(.seconds(1))
        #expect(try client.written().text == "QUIT\r\n")
        client.advance(.seconds(5))
        #expect(client.owner.events.last == "closed")
        #expect(client.owner.failure == nil)
    }

    @Test(
        "each wait has its limit",
        arguments: [
            (
                "250 a\r\n250 b\r\n354 c\r\n", 600,
                DeliveryResult.lostAfterFinalDot("timed out waiting for the answer to the final dot")
            ),
            ("250 a\r\n250 b\r\n", 120, .lostBeforeFinalDot("timed out waiting for the answer to DATA")),
            ("250 a\r\n", 300, .lostBeforeFinalDot("timed out waiting for the answer to RCPT")),
            ("", 300, .notAttempted),
        ] as [(String, Int64, DeliveryResult)])
    func limits(_ replies: String, _ seconds: Int64, _ result: DeliveryResult) throws {
        let client = try ClientChannel(messages: [1])
        try client.say("220 mx\r\n")
        try client.say("250-mx\r\n250 PIPELINING\r\n")
        if !replies.isEmpty { try client.say(replies) }
        client.advance(.seconds(seconds - 1))
        #expect(client.owner.results.isEmpty)
        client.advance(.seconds(1))
        #expect(client.owner.results == [1: result])
        #expect(client.owner.events.last == "closed")
    }

    @Test("a server that trickles the bytes of one reply does not get more time for it")
    func trickle() throws {
        let client = try ClientChannel { $0.limits.greeting = .seconds(10) }
        for byte in "220-".utf8 {
            client.advance(.seconds(3))
            try client.say(String(UnicodeScalar(byte)))
        }
        #expect(client.owner.events.last == "closed")
        #expect(client.owner.failure?.phase == .connect)
        #expect(client.owner.failure?.message == "timed out waiting for the greeting")
    }

    @Test(
        "no reply at all is a failure of the endpoint",
        arguments: ["HTTP/1.1 400 Bad Request\r\n", "554 No service\r\n"])
    func notAServer(_ greeting: String) throws {
        let client = try ClientChannel(messages: [1])
        try client.say(greeting)
        #expect(client.owner.events == ["closed"])
        #expect(client.owner.failure?.phase == .connect)
        #expect(client.owner.results.isEmpty && client.owner.waiting.count == 1)
    }

    @Test("a malformed reply loses the connection and what is in flight")
    func malformed() throws {
        let client = try ClientChannel(messages: [1])
        try client.say("220 mx\r\n")
        try client.say("250-mx\r\n250 PIPELINING\r\n")
        try client.say("250 a\r\nnonsense\r\n")
        #expect(
            client.owner.results == [1: .lostBeforeFinalDot("the server said \"nonsense\", which is no reply")])
        #expect(client.owner.events.last == "closed")
    }

    @Test("replies that came before the end of the connection count")
    func closedAfterReplies() throws {
        let client = try ClientChannel(messages: [1, 2])
        try client.say("220 mx\r\n")
        try client.say("250-mx\r\n250-CHUNKING\r\n250 PIPELINING\r\n")
        try client.say("250 a\r\n250 b\r\n250 one\r\n250 r\r\n")
        try client.channel.close().wait()
        #expect(client.owner.results[1] == .reply(Client.reply(250, "one"), phase: .dot))
        #expect(client.owner.results[2] == .lostAfterFinalDot("the server closed the connection"))
    }

    @Test("a drained connection finishes what is in flight and takes nothing more")
    func drain() throws {
        let client = try ClientChannel(messages: [1, 2])
        try client.say("220 mx\r\n")
        try client.say("250-mx\r\n250 PIPELINING\r\n")
        client.handler.drain()
        #expect(try client.say("250 a\r\n250 b\r\n354 c\r\n").text == "Hi 1\r\n.\r\n")
        #expect(try client.say("250 d\r\n").text == "QUIT\r\n")
        #expect(client.owner.waiting.count == 1)
    }

    @Test(
        "a connection that ends with 421 to MAIL or by itself was of no use; one that answered a message was",
        arguments: [
            ("421 busy\r\n", false), ("250 a\r\n421 busy\r\n", true), ("550 a\r\n503 b\r\n503 c\r\n", true),
            ("nonsense\r\n", false),
        ])
    func productive(_ replies: String, _ expected: Bool) throws {
        let client = try ClientChannel(messages: [1])
        try client.say("220 mx\r\n")
        try client.say("250-mx\r\n250 PIPELINING\r\n")
        try client.say(replies)
        #expect(client.handler.wasProductive == expected)
    }
}
