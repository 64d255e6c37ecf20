import Delivery
import NIOCore
import NIOEmbedded
import Testing

@testable import SMTP

/// A session that does what the test says and records what it saw.
final class ScriptedSession: SMTPServerSession {
    var contentInterest = SMTPContentInterest.whole
    var senderDecision = SMTPServerDecision.accept
    var recipientDecision: (String) -> SMTPServerDecision = { _ in .accept }
    var messageDecision: (SMTPReceivedMessage) -> SMTPServerDecision = { _ in .accept }
    var received: [String] = []
    var closings = 0

    func sender(_ address: String) -> SMTPServerDecision { senderDecision }
    func recipient(_ address: String, from sender: String) -> SMTPServerDecision { recipientDecision(address) }
    func received(_ message: SMTPReceivedMessage) -> SMTPServerDecision {
        received.append(
            "\(message.sender)>\(message.recipients.joined(separator: ",")) \(message.size) \(String(buffer: message.content))"
        )
        return messageDecision(message)
    }
    func closed() { closings += 1 }
}

/// A server's connection on an embedded channel, greeted.
final class ServerChannel {
    let session: ScriptedSession
    let channel: EmbeddedChannel

    convenience init(session: ScriptedSession = .init(), _ change: (inout SMTPServerConfiguration) -> Void = { _ in })
        throws
    {
        var configuration = SMTPServerConfiguration(hostName: "mx.example")
        change(&configuration)
        try self.init(session: session, handler: SMTPServerHandler(session: session, configuration: configuration))
    }

    init(session: ScriptedSession, handler: SMTPServerHandler) throws {
        self.session = session
        channel = EmbeddedChannel(handler: handler)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 25)).wait()
        #expect(try written().text == "220 mx.example ESMTP Postrider\r\n")
    }

    /// Lets the client say something; answers what the server wrote, and in how many writes.
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

    /// The codes at the start of the lines that the server writes.
    func codes(_ text: String) throws -> [String] {
        try say(text).text.split(separator: "\r\n").map { String($0.prefix(3)) }
    }
}

@Suite("The server's handler")
struct SMTPServerHandlerTests {
    private let begin = "EHLO c\r\nMAIL FROM:<s@x>\r\nRCPT TO:<a@y>\r\n"

    @Test("EHLO announces what is honoured")
    func announce() throws {
        let server = try ServerChannel { $0.maximumMessageSize = 1000 }
        #expect(
            try server.say("EHLO c\r\n").text
                == "250-mx.example\r\n250-PIPELINING\r\n250-CHUNKING\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
                + "250-DSN\r\n250 ENHANCEDSTATUSCODES\r\n")
        #expect(try server.say("HELO c\r\n").text == "250 mx.example\r\n")
    }

    @Test("a group of commands and a message are answered in one write")
    func data() throws {
        let server = try ServerChannel()
        try server.say("EHLO c\r\n")
        #expect(
            try server.say("MAIL FROM:<s@x>\r\nRCPT TO:<a@y>\r\nDATA\r\n")
                == ("250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 End data with <CR><LF>.<CR><LF>\r\n", 1))
        #expect(try server.codes("Hi\r\n..dot\r\n.\r\nMAIL FROM:<s@x>\r\nQUIT\r\n") == ["250", "250", "221"])
        #expect(server.session.received == ["s@x>a@y 10 Hi\r\n.dot\r\n"])
    }

    @Test("messages by BDAT in a row, in any pieces")
    func chunks() throws {
        let text =
            "BDAT 4 LAST\r\nHi\r\nRSET\r\nMAIL FROM:<s@x>\r\nRCPT TO:<b@y>\r\nBDAT 2\r\nHiBDAT 2 LAST\r\n\r\nNOOP\r\n"
        for pieces in [1, 3, 7, 1000] {
            let server = try ServerChannel()
            try server.say(begin)
            var answers: [String] = []
            var rest = text[...]
            while !rest.isEmpty {
                answers += try server.codes(String(rest.prefix(pieces)))
                rest = rest.dropFirst(pieces)
            }
            #expect(answers == ["250", "250", "250", "250", "250", "250", "250"])
            #expect(server.session.received == ["s@x>a@y 4 Hi\r\n", "s@x>b@y 4 Hi\r\n"])
        }
    }

    @Test("a chunk after a refused recipient is swallowed, commands in it and all")
    func refusedChunk() throws {
        let server = try ServerChannel()
        server.session.recipientDecision = { _ in
            .reply(SMTPReply(code: 550, enhancedStatus: EnhancedStatusCode(5, 1, 1), text: "No\nsuch user"))
        }
        #expect(
            try server.say("EHLO c\r\n" + "MAIL FROM:<s@x>\r\nRCPT TO:<a@y>\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n").text
                .hasSuffix(
                    "550-5.1.1 No\r\n550 5.1.1 such user\r\n503 5.5.1 No valid recipients\r\n250 2.0.0 Ok\r\n"))
        #expect(server.session.received.isEmpty)
    }

    @Test("as much content is kept as the session wants", arguments: [true, false])
    func interest(_ usesChunks: Bool) throws {
        for (interest, kept) in [(SMTPContentInterest.none, ""), (.prefix(3), "abc"), (.whole, "abcdef\r\n")] {
            let session = ScriptedSession()
            session.contentInterest = interest
            let server = try ServerChannel(session: session)
            try server.say(begin)
            for piece in usesChunks ? ["BDAT 8 LAST\r\nab", "cdef\r\n"] : ["DATA\r\nab", "cdef\r\n.\r\n"] {
                try server.say(piece)
            }
            #expect(session.received == ["s@x>a@y 8 \(kept)"])
        }
    }

    @Test("a decision may come later: what follows waits, and the order of replies is kept")
    func pending() throws {
        let server = try ServerChannel()
        let promise = server.channel.eventLoop.makePromise(of: SMTPServerDecision.self)
        server.session.messageDecision = { _ in .pending(promise.futureResult) }
        try server.say(begin)
        #expect(try server.codes("BDAT 4 LAST\r\nHi\r\nNOOP\r\n") == [])
        #expect(try server.codes("VRFY x\r\n") == [])
        promise.succeed(.reply(SMTPReply(code: 451, text: "Not now")))
        #expect(
            try server.written().text
                == "451 Not now\r\n250 2.0.0 Ok\r\n252 2.5.2 Cannot verify; send some mail and see\r\n")
    }

    @Test("a decision that fails is our own trouble: 451")
    func pendingFails() throws {
        struct Trouble: Error {}
        let server = try ServerChannel()
        server.session.messageDecision = { _ in .pending(server.channel.eventLoop.makeFailedFuture(Trouble())) }
        try server.say(begin)
        #expect(try server.codes("BDAT 4 LAST\r\nHi\r\n") == ["451"])
    }

    @Test("QUIT is answered, and nothing after it is")
    func quit() throws {
        let server = try ServerChannel()
        #expect(try server.codes("QUIT\r\nNOOP\r\n") == ["221"])
        #expect(try server.codes("NOOP\r\n") == [])
    }

    @Test("a dropped connection still says what was due before; a 421 is the last word")
    func closing() throws {
        let dropping = try ServerChannel()
        dropping.session.messageDecision = { _ in .close }
        #expect(
            try dropping.codes("EHLO c\r\nMAIL FROM:<s@x>\r\nRCPT TO:<a@y>\r\nBDAT 1 LAST\r\nxNOOP\r\n").suffix(2) == [
                "250", "250",
            ])
        #expect(try dropping.codes("NOOP\r\n") == [])
        let throttling = try ServerChannel()
        throttling.session.recipientDecision = { _ in .replyAndClose(SMTPReply(code: 421, text: "Slow down")) }
        #expect(try throttling.codes(begin + "RCPT TO:<b@y>\r\n").last == "421")
    }

    @Test("a line that is too long is answered once, and the next line is read")
    func longLine() throws {
        let server = try ServerChannel { $0.maximumLineLength = 100 }
        let long = String(repeating: "x", count: 150)
        #expect(try server.codes(long + "\r\nNOOP\r\n") == ["500", "250"])
        #expect(try server.codes(long) == [])
        #expect(try server.codes(long) == [])
        #expect(try server.codes("\r\nNOOP\r\n") == ["500", "250"])
    }

    @Test("a message over the limit is refused after its end")
    func tooLarge() throws {
        let server = try ServerChannel { $0.maximumMessageSize = 10 }
        try server.say(begin + "DATA\r\n")
        #expect(try server.codes("0123456789012\r\n.\r\n") == ["552"])
        #expect(try server.codes("MAIL FROM:<s@x>\r\n") == ["250"])
        #expect(server.session.received.isEmpty)
    }

    @Test("a silent client hears 421 after its time")
    func idle() throws {
        let server = try ServerChannel { $0.idleTimeout = .minutes(5) }
        server.channel.embeddedEventLoop.advanceTime(by: .minutes(4))
        #expect(try server.codes("NOOP\r\n") == ["250"])
        server.channel.embeddedEventLoop.advanceTime(by: .minutes(4))
        #expect(try server.written().text.isEmpty)
        server.channel.embeddedEventLoop.advanceTime(by: .minutes(1))
        #expect(try server.written().text.hasPrefix("421 4.4.2"))
    }

    @Test("the session hears once that the connection is gone")
    func closed() throws {
        let server = try ServerChannel()
        try server.channel.close().wait()
        #expect(server.session.closings == 1)
    }
}
