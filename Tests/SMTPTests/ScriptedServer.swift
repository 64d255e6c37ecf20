import NIOCore
import NIOPosix
import Synchronization

/// A server that says what its script says, one script for each connection in turn; the last one serves all later ones.
final class ScriptedServer: Sendable {
    enum Step: Sendable {
        case say(String)
        /// Wait until the client has sent this, and forget everything up to its end.
        case hear(String)
        /// Close the connection.
        case hangUp
    }

    let port: Int
    private let channel: any Channel

    static func start(_ scripts: [[Step]]) async throws -> ScriptedServer {
        let connections = ConnectionCounter()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let script = scripts[min(connections.next(), scripts.count - 1)]
                    try channel.pipeline.syncOperations.addHandler(ScriptHandler(script: script))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let port = channel.localAddress?.port else { throw ChannelError.unknownLocalAddress }
        return ScriptedServer(channel: channel, port: port)
    }

    private init(channel: any Channel, port: Int) {
        self.channel = channel
        self.port = port
    }

    func stop() async throws { try await channel.close() }
}

/// Plays a script.
private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var script: ArraySlice<ScriptedServer.Step>
    private var heard = ""

    init(script: [ScriptedServer.Step]) { self.script = script[...] }

    func channelActive(context: ChannelHandlerContext) { play(context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        heard += String(buffer: unwrapInboundIn(data))
        play(context)
    }

    private func play(_ context: ChannelHandlerContext) {
        while let step = script.first {
            switch step {
            case .say(let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .hear(let text):
                guard let range = heard.firstRange(of: text) else { return }
                heard.removeSubrange(..<range.upperBound)
            case .hangUp:
                script = []
                return context.close(promise: nil)
            }
            script.removeFirst()
        }
    }
}

/// Counts the connections, from 0.
private final class ConnectionCounter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            defer { count += 1 }
            return count
        }
    }
}
