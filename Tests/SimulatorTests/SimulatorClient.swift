import NIOCore
import NIOPosix

/// A plain SMTP client that says a line and waits for the reply.
struct SimulatorClient: Sendable {
    private let channel: any Channel
    private let replies: NIOLoopBound<ReplyCollector>

    /// Connects, greets, runs the body, and closes.
    static func run<Result: Sendable>(
        port: Int, _ body: (SimulatorClient) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ReplyCollector())
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        let replies = try await channel.eventLoop.submit {
            NIOLoopBound(
                try channel.pipeline.syncOperations.handler(type: ReplyCollector.self), eventLoop: channel.eventLoop)
        }.get()
        let client = SimulatorClient(channel: channel, replies: replies)
        _ = try await client.reply()
        _ = try await client.say("EHLO test")
        let result = try await body(client)
        try? await channel.close()
        return result
    }

    /// Says a line (or content) and answers the last line of the reply to it; `nil` when the server closed instead.
    func say(_ line: String) async throws -> String? {
        try await channel.writeAndFlush(ByteBuffer(string: line + "\r\n"))
        return try await reply()
    }

    /// The last line of the next reply.
    func reply() async throws -> String? {
        try await channel.eventLoop.flatSubmit { replies.value.next(channel.eventLoop) }.get()
    }

    /// Sends one message to a recipient; answers the decisive reply.
    func send(to recipient: String, content: String = "Subject: x\r\n\r\nHello") async throws -> String? {
        for line in ["RSET", "MAIL FROM:<sender@example.com>", "RCPT TO:<\(recipient)>", "DATA"] {
            guard let reply = try await say(line) else { return nil }
            if reply.first == "4" || reply.first == "5" { return reply }
        }
        return try await say(content + "\r\n.")
    }
}

/// Cuts what the server says into replies, and hands each to who waits for it.
private final class ReplyCollector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var bytes = ByteBuffer()
    private var replies = CircularBuffer<String>()
    private var waiting: EventLoopPromise<String?>?
    private var isClosed = false

    func next(_ eventLoop: any EventLoop) -> EventLoopFuture<String?> {
        if let reply = replies.popFirst() { return eventLoop.makeSucceededFuture(reply) }
        if isClosed { return eventLoop.makeSucceededFuture(nil) }
        let promise = eventLoop.makePromise(of: String?.self)
        waiting = promise
        return promise.futureResult
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes.writeImmutableBuffer(unwrapInboundIn(data))
        while let end = bytes.readableBytesView.firstIndex(of: 0x0A) {
            let line = bytes.readString(length: end - bytes.readerIndex + 1) ?? ""
            if line.dropFirst(3).first != "-" { replies.append(String(line.dropLast())) }
        }
        if let waiting, let reply = replies.popFirst() {
            self.waiting = nil
            waiting.succeed(reply)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        waiting?.succeed(nil)
        waiting = nil
    }
}
