internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// The one place where a channel to Redis is made.
enum RedisBootstrap {
    /// Connects a socket with a ``RedisChannelHandler`` at the end of its pipeline, behind TLS if the endpoint asks for it.
    static func connect(
        to endpoint: RedisEndpoint, timeout: TimeAmount, eventLoop: any EventLoop
    ) -> EventLoopFuture<any Channel> {
        guard let tls = endpoint.tls else {
            return connect(to: endpoint.address, timeout: timeout, eventLoop: eventLoop) { _ in }
        }
        return NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) { try tls.makeContext() }.flatMap { context in
            connect(to: endpoint.address, timeout: timeout, eventLoop: eventLoop) { channel in
                guard case .tcp(let host, _) = endpoint.address else { return }
                try channel.pipeline.syncOperations.addHandler(tls.makeHandler(context, host: host))
            }
        }
    }

    private static func connect(
        to address: RedisEndpoint.Address, timeout: TimeAmount, eventLoop: any EventLoop,
        secure: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(timeout)
            .channelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 16_384, maximum: 262_144)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let reader = RedisReplyReader() else {
                        throw RedisError(.unreachable, "There is no memory for a Redis connection.")
                    }
                    try secure(channel)
                    try channel.pipeline.syncOperations.addHandler(RedisChannelHandler(reader: reader))
                }
            }
        switch address {
        case .tcp(let host, let port):
            return
                bootstrap
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelOption(.socketOption(.so_keepalive), value: 1)
                .connect(host: host, port: port)
        case .unixSocket(let path):
            return bootstrap.connect(unixDomainSocketPath: path)
        case .sentinels, .cluster:
            return eventLoop.makeFailedFuture(
                RedisError(.invalidEndpoint, "A single connection needs the address of a single Redis server."))
        }
    }
}
