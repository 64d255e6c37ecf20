import Delivery
import NIOCore
import NIOPosix

/// Makes one connection to one host: socket, source address, TLS, handler.
struct SMTPDialer {
    let eventLoop: any EventLoop
    let sourceAddress: SocketAddress?
    let options: SMTPClientOptions
    let memory: SMTPHostMemory

    /// Connects; fails with what ``failure(_:)`` makes words of.
    func dial(_ trial: SMTPTrials.Trial, owner: any SMTPClientHandler.Owner) -> EventLoopFuture<
        NIOLoopBound<SMTPClientHandler>
    > {
        let bound = NIOLoopBound(owner, eventLoop: eventLoop)
        let options = options
        let isUnixSocket = trial.address?.protocol == .unix
        var bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(options.limits.connect)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 8192))
            .channelOption(.writeBufferWaterMark, value: .init(low: 256 * 1024, high: 1024 * 1024))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        SMTPClientHandler(owner: bound.value, options: options))
                }
            }
        if !isUnixSocket {
            bootstrap =
                bootstrap
                .channelOption(.socketOption(.so_keepalive), value: 1)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            if let sourceAddress { bootstrap = bootstrap.bind(to: sourceAddress) }
        }
        let channel =
            if let address = trial.address {
                bootstrap.connect(to: address)
            } else {
                bootstrap.connect(host: trial.host.name, port: trial.host.port)
            }
        let eventLoop = eventLoop
        return channel.hop(to: eventLoop).flatMapThrowing { channel in
            NIOLoopBound(
                try channel.pipeline.syncOperations.handler(type: SMTPClientHandler.self), eventLoop: eventLoop)
        }
    }

    /// Says in words why no connection came about.
    static func failure(_ error: any Error) -> SMTPEndpointFailure {
        error as? SMTPEndpointFailure
            ?? SMTPEndpointFailure(phase: .connect, message: "cannot connect: \(error.connectionProblem)")
    }
}
