internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// A server on a port of 127.0.0.1 that speaks in lines and says what a test tells it to: for what real servers cannot be made to do.
public final class LineServer: Sendable {
    /// What becomes of a line.
    public enum Answer: Sendable {
        case say(String)
        /// Says it and closes the connection.
        case hangUp(String)
        /// Says nothing, and nothing more to this client.
        case silence
    }

    private struct State {
        var lines: [String] = []
        var connections = 0
    }

    /// Answers a line; `connection` counts from 1.
    public typealias Script = @Sendable (_ line: String, _ connection: Int) -> Answer

    public let port: Int
    private let channel: any Channel
    private let state = Mutex(State())

    private init(channel: any Channel) {
        self.channel = channel
        port = channel.localAddress?.port ?? 0
    }

    deinit { channel.close(promise: nil) }

    /// All lines that clients have sent so far.
    public var lines: [String] { state.withLock { $0.lines } }
    /// How many clients have connected so far.
    public var connections: Int { state.withLock { $0.connections } }

    /// Opens a port; each client hears the greeting first.
    public static func start(greeting: String, script: @escaping Script) async throws -> LineServer {
        let gate = Gate()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let server = gate.server else { throw ChannelError.ioOnClosedChannel }
                    let number = server.state.withLock { state in
                        state.connections += 1
                        return state.connections
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        LineHandler(greeting: greeting) { line in
                            server.state.withLock { $0.lines.append(line) }
                            return script(line, number)
                        })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = LineServer(channel: channel)
        gate.open(server)
        return server
    }

    /// Lets connections know their server, which is there only when it listens.
    private final class Gate: Sendable {
        private struct Weak {
            weak var server: LineServer?
        }

        private let value = Mutex(Weak())
        var server: LineServer? { value.withLock { $0.server } }
        func open(_ server: LineServer) { value.withLock { $0.server = server } }
    }
}

/// One client of a line server.
private final class LineHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let greeting: String
    private let answer: (String) -> LineServer.Answer
    private var received = ByteBuffer()
    private var isSilent = false

    init(greeting: String, answer: @escaping (String) -> LineServer.Answer) {
        self.greeting = greeting
        self.answer = answer
    }

    func channelActive(context: ChannelHandlerContext) {
        write(greeting, context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        received.writeBuffer(&buffer)
        while !isSilent, let end = received.readableBytesView.firstIndex(of: 0x0A),
            let line = received.readString(length: end - received.readerIndex + 1)
        {
            switch answer(line.trimmed) {
            case .say(let text): write(text, context)
            case .silence: isSilent = true
            case .hangUp(let text):
                isSilent = true
                write(text, context)
                context.close(promise: nil)
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func write(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }
}

extension String {
    /// Without the line end.
    fileprivate var trimmed: String {
        var line = self[...]
        while let last = line.last, last.isNewline { line = line.dropLast() }
        return String(line)
    }
}
