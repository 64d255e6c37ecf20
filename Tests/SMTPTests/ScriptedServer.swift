import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A server that says what its script says, one script for each connection in turn; the last one serves all later ones.
final class ScriptedServer: Sendable {
    enum Step: Sendable {
        case say(String)
        /// Wait until the client has sent this, and forget everything up to its end.
        case hear(String)
        /// Begin TLS; what is said and heard after it goes through it.
        case secure
        /// Close the connection.
        case hangUp
    }

    let port: Int
    private let channel: any Channel

    /// How many connections there have been.
    var connections: Int { counter.count }
    private let counter: ConnectionCounter

    static func start(_ scripts: [[Step]], tls: NIOSSLContext? = nil) async throws -> ScriptedServer {
        let connections = ConnectionCounter()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let script = scripts[min(connections.next(), scripts.count - 1)]
                    try channel.pipeline.syncOperations.addHandler(ScriptHandler(script: script, tls: tls))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let port = channel.localAddress?.port else { throw ChannelError.unknownLocalAddress }
        return ScriptedServer(channel: channel, port: port, counter: connections)
    }

    private init(channel: any Channel, port: Int, counter: ConnectionCounter) {
        self.counter = counter
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

    private let tls: NIOSSLContext?

    init(script: [ScriptedServer.Step], tls: NIOSSLContext?) {
        self.script = script[...]
        self.tls = tls
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

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
            case .secure:
                guard let tls else { preconditionFailure("the script wants TLS and has no certificate") }
                heard = ""
                script.removeFirst()
                let handler = NIOSSLServerHandler(context: tls)
                guard (try? context.pipeline.syncOperations.addHandler(handler, position: .before(self))) != nil else {
                    return context.close(promise: nil)
                }
                continue
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
    private let state = Mutex(0)

    var count: Int { state.withLock { $0 } }

    func next() -> Int {
        state.withLock { count in
            defer { count += 1 }
            return count
        }
    }
}
