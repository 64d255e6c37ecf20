internal import NIOCore
internal import NIOPosix

/// A TCP port of 127.0.0.1 that passes everything on to a server, and is the network that a test breaks in between.
public final class TCPProxy: Sendable {
    /// The port that clients connect to.
    public let port: Int

    private let server: any Channel
    private let lines: NIOLoopBound<ProxyLines>
    private let eventLoop: any EventLoop

    private init(server: any Channel, lines: NIOLoopBound<ProxyLines>, eventLoop: any EventLoop) {
        port = server.localAddress?.port ?? 0
        self.server = server
        self.lines = lines
        self.eventLoop = eventLoop
    }

    deinit { server.close(promise: nil) }

    /// Opens a port that leads to a port of 127.0.0.1.
    public static func start(toPort port: Int) async throws -> TCPProxy {
        try await start(to: SocketAddress(ipAddress: "127.0.0.1", port: port))
    }

    /// Opens a port that leads to a unix socket.
    public static func start(toUnixSocket path: String) async throws -> TCPProxy {
        try await start(to: SocketAddress(unixDomainSocketPath: path))
    }

    private static func start(to target: SocketAddress) async throws -> TCPProxy {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let lines = try await eventLoop.submit { NIOLoopBound(ProxyLines(), eventLoop: eventLoop) }.get()
        let server = try await ServerBootstrap(group: eventLoop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Nothing is read before there is somebody to pass it on to.
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { client in
                lines.value.join(client, to: target, eventLoop: eventLoop)
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return TCPProxy(server: server, lines: lines, eventLoop: eventLoop)
    }

    /// Lets nothing through from now on, and tells nobody: a network that has gone silent.
    ///
    /// What is sent meanwhile arrives after ``resume()``, as TCP would repeat it.
    public func pause() async throws {
        try await eventLoop.submit { self.lines.value.isPaused = true }.get()
    }

    /// Lets everything through again.
    public func resume() async throws {
        try await eventLoop.submit { self.lines.value.isPaused = false }.get()
    }

    /// Breaks all connections; new ones may be made.
    public func cut() async throws {
        try await eventLoop.submit { self.lines.value.cut() }.get()
    }

    /// Breaks all connections and closes the port: from now on clients are refused.
    public func close() async throws {
        try await server.close()
        try await cut()
    }
}

/// The connections that pass through a proxy; lives on its event loop.
private final class ProxyLines {
    private var channels: [ObjectIdentifier: any Channel] = [:]

    var isPaused = false {
        didSet { for channel in channels.values { letFlow(channel) } }
    }

    /// Connects a client's channel with the server.
    func join(_ client: any Channel, to target: SocketAddress, eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        ClientBootstrap(group: eventLoop).channelOption(.autoRead, value: false).connect(to: target)
            .assumeIsolated().flatMapThrowing { server in
                try client.pipeline.syncOperations.addHandler(PassingOn(to: server))
                try server.pipeline.syncOperations.addHandler(PassingOn(to: client))
                for channel in [client, server] { self.keep(channel) }
            }.nonisolated()
    }

    func cut() {
        for channel in channels.values { channel.close(promise: nil) }
    }

    private func keep(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        channels[id] = channel
        channel.closeFuture.assumeIsolated().whenComplete { _ in self.channels[id] = nil }
        letFlow(channel)
    }

    private func letFlow(_ channel: any Channel) {
        channel.setOption(.autoRead, value: !isPaused).whenFailure { _ in channel.close(promise: nil) }
    }
}

/// Passes on what arrives on one channel to another, its end included.
private final class PassingOn: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let other: any Channel

    init(to other: any Channel) {
        self.other = other
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        other.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        other.close(promise: nil)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
