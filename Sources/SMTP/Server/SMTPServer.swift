public import Logging
public import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An SMTP server: listens, and gives every connection a session of its own that decides.
public final class SMTPServer: Sendable {
    private let channel: any Channel
    private let connections: SMTPServerConnections

    /// Where it listens; the port is the one that was given by the system if 0 was asked for.
    public var localAddress: SocketAddress? { channel.localAddress }

    private init(channel: any Channel, connections: SMTPServerConnections) {
        self.channel = channel
        self.connections = connections
    }

    /// Binds and listens; throws what the system says when the address is taken or not ours, or ``SMTPServerTLSError``.
    ///
    /// A host that begins with a slash is the path of a unix socket.
    /// `makeSession` is called on the connection's event loop, with the address of the client.
    public static func listen(
        host: String, port: Int, configuration: SMTPServerConfiguration, group: any EventLoopGroup, logger: Logger,
        makeSession: @escaping @Sendable (any EventLoop, SocketAddress?) -> any SMTPServerSession
    ) async throws -> SMTPServer {
        let connections = SMTPServerConnections(
            limit: configuration.maximumConnections, clientLimit: configuration.maximumConnectionsPerClient)
        var tls: NIOSSLContext?
        if let files = configuration.tls {
            tls = try await NIOThreadPool.singleton.runIfActive { try files.makeContext() }
        }
        let context = tls
        let isUnixSocket = host.hasPrefix("/")
        var bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 64 * 1024))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    let client = channel.remoteAddress.flatMap(Self.client)
                    switch connections.add(channel, from: client) {
                    case .closed: throw ChannelError.ioOnClosedChannel
                    case .full: return try pipeline.addHandler(SMTPServerRefusal(reply: .tooManyConnections))
                    case .clientIsFull: return try pipeline.addHandler(SMTPServerRefusal(reply: .tooManyOfClient))
                    case .admitted: break
                    }
                    let session = makeSession(channel.eventLoop, channel.remoteAddress)
                    if let context, configuration.tls?.isImplicit ?? false {
                        try pipeline.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try pipeline.addHandler(
                        SMTPServerHandler(session: session, configuration: configuration, tls: context))
                }
            }
        if !isUnixSocket { bootstrap = bootstrap.childChannelOption(.tcpOption(.tcp_nodelay), value: 1) }
        let channel =
            if isUnixSocket {
                try await bootstrap.bind(unixDomainSocketPath: host).get()
            } else {
                try await bootstrap.bind(host: host, port: port).get()
            }
        logger.info("SMTP server listens", metadata: ["smtp.address": "\(channel.localAddress?.description ?? "")"])
        return SMTPServer(channel: channel, connections: connections)
    }

    /// The address by which a client is known: of IPv6 the network (/64), of which it has all addresses; `nil` for this machine.
    static func client(at address: SocketAddress) -> String? {
        guard !address.isThisMachine, let text = address.ipAddress?.lowercased() else { return nil }
        guard case .v6 = address else { return text }
        if text.hasPrefix("::ffff:") {
            let mapped = String(text.dropFirst(7))
            return mapped.hasPrefix("127.") ? nil : mapped
        }
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return text }
        return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ".")
    }

    /// Stops listening and closes every connection.
    public func close() async throws {
        try await channel.close()
        for connection in connections.removeAll() { try? await connection.close() }
    }

    /// Stops listening, lets each connection finish the message that it is at, and says 421 to it (RFC 5321 §3.8).
    ///
    /// - Parameter grace: after it, connections that are still open are closed.
    public func stop(grace: TimeAmount) async throws {
        try await channel.close()
        let open = connections.removeAll()
        for connection in open {
            connection.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
        let end = channel.eventLoop.scheduleTask(in: grace) {
            for connection in open { connection.close(promise: nil) }
        }
        for connection in open { try? await connection.closeFuture.get() }
        end.cancel()
    }
}
