internal import NIOCore
internal import NIOPosix

/// The one place where a channel to Redis is made.
enum RedisBootstrap {
    /// Connects a socket with a ``RedisChannelHandler`` as the only handler of its pipeline.
    static func connect(
        to address: RedisEndpoint.Address, timeout: TimeAmount, eventLoop: any EventLoop
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
        }
    }
}
