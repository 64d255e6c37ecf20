import Delivery
import Logging
import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import SMTP

@Suite("How a server ends connections")
struct SMTPServerEndingTests {
    @Test("a server that goes down says 421 to an idle client at once")
    func idle() throws {
        let server = try ServerChannel()
        server.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(try server.written().text == "421 4.3.2 Service shutting down, try again later\r\n")
    }

    @Test("a message that has been begun is finished first, and the answer comes before the 421")
    func busy() throws {
        let server = try ServerChannel()
        try server.say("EHLO client.example\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n")
        server.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(try server.written().text.isEmpty)
        #expect(
            try server.say("Hello\r\n.\r\n").text
                == "250 2.0.0 Ok: message accepted\r\n421 4.3.2 Service shutting down, try again later\r\n")
        #expect(server.session.received.count == 1)
    }

    @Test("a message whose decision is pending is decided first")
    func pending() throws {
        let session = ScriptedSession()
        let server = try ServerChannel(session: session)
        let decision = server.channel.eventLoop.makePromise(of: SMTPServerDecision.self)
        session.messageDecision = { _ in .pending(decision.futureResult) }
        try server.say("EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\nHello\r\n.\r\n")
        server.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(try server.written().text.isEmpty)
        decision.succeed(.accept)
        #expect(
            try server.written().text
                == "250 2.0.0 Ok: message accepted\r\n421 4.3.2 Service shutting down, try again later\r\n")
    }

    @Test("a connection that lasts too long is ended however busy it is")
    func tooLong() throws {
        let server = try ServerChannel {
            $0.idleTimeout = .minutes(5)
            $0.sessionTimeout = .minutes(12)
        }
        for _ in 0..<3 {
            server.channel.embeddedEventLoop.advanceTime(by: .minutes(3))
            #expect(try server.say("NOOP\r\n").text == "250 2.0.0 Ok\r\n")
        }
        server.channel.embeddedEventLoop.advanceTime(by: .minutes(4))
        #expect(
            try server.written().text == "421 4.4.2 This connection has lasted too long, closing it\r\n")
    }

    @Test(
        "one connection more than may be is told so in place of the greeting, and after one has gone another is let in")
    func tooMany() async throws {
        var configuration = SMTPServerConfiguration(hostName: "mx.example")
        configuration.maximumConnections = 2
        let group = MultiThreadedEventLoopGroup.singleton
        let server = try await SMTPServer.listen(
            host: "127.0.0.1", port: 0, configuration: configuration, group: group, logger: Logger(label: "test")
        ) { _, _ in ScriptedSession() }
        let port = try #require(server.localAddress?.port)
        let first = try await GreetingReader.connect(port: port)
        let second = try await GreetingReader.connect(port: port)
        #expect(try await first.greeting.get().hasPrefix("220 "))
        #expect(try await second.greeting.get().hasPrefix("220 "))
        let third = try await GreetingReader.connect(port: port)
        #expect(try await third.greeting.get() == "421 4.3.2 Too many connections, try again later\r\n")
        try await third.channel.closeFuture.get()
        try await first.channel.close()
        // The server hears of it a moment later.
        var greeting = ""
        for _ in 0..<100 where !greeting.hasPrefix("220") {
            greeting = try await GreetingReader.connect(port: port).greeting.get()
        }
        #expect(greeting.hasPrefix("220 "))
        try await server.stop(grace: .milliseconds(100))
    }
}

/// A client that reads what a server says first.
private final class GreetingReader: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    let promise: EventLoopPromise<String>

    init(promise: EventLoopPromise<String>) {
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        promise.succeed(String(buffer: unwrapInboundIn(data)))
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.succeed("")
    }

    static func connect(port: Int) async throws -> (channel: any Channel, greeting: EventLoopFuture<String>) {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: String.self)
        let channel = try await ClientBootstrap(group: loop)
            .channelInitializer { $0.pipeline.addHandler(GreetingReader(promise: promise)) }
            .connect(host: "127.0.0.1", port: port).get()
        return (channel, promise.futureResult)
    }
}
