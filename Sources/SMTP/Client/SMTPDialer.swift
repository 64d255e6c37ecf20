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
    func dial(
        _ trial: SMTPTrials.Trial, owner: any SMTPClientHandler.Owner
    ) -> EventLoopFuture<NIOLoopBound<SMTPClientHandler>> {
        let bound = NIOLoopBound(owner, eventLoop: eventLoop)
        let terms = SMTPSessionTerms(trial, isSimple: memory.isSimple(trial.host, now: .now()))
        guard terms.encryption != .none else { return dial(trial, terms, tls: nil, bound) }
        return memory.contexts.context(for: trial.security.check, on: eventLoop).assumeIsolated().flatMap {
            context in
            var host = trial.host
            host.security = trial.security
            return dial(trial, terms, tls: SMTPTLS(context: context, host: host), bound)
        }.nonisolated()
    }

    private func dial(
        _ trial: SMTPTrials.Trial, _ terms: SMTPSessionTerms, tls: SMTPTLS?,
        _ owner: NIOLoopBound<any SMTPClientHandler.Owner>
    ) -> EventLoopFuture<NIOLoopBound<SMTPClientHandler>> {
        let options = options
        let bootstrap = bootstrap(isUnixSocket: trial.address?.protocol == .unix).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                if let tls, terms.encryption == .implicit { try pipeline.addHandler(tls.makeHandler()) }
                try pipeline.addHandler(
                    SMTPClientHandler(owner: owner.value, options: options, terms: terms, host: trial.host, tls: tls))
            }
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

    private func bootstrap(isUnixSocket: Bool) -> ClientBootstrap {
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(options.limits.connect)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 8192))
            .channelOption(.writeBufferWaterMark, value: .init(low: 256 * 1024, high: 1024 * 1024))
        if isUnixSocket { return bootstrap }
        let overTCP =
            bootstrap
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        return sourceAddress.map { overTCP.bind(to: $0) } ?? overTCP
    }

    /// Says in words why no connection came about.
    static func failure(_ error: any Error) -> SMTPEndpointFailure {
        error as? SMTPEndpointFailure
            ?? SMTPEndpointFailure(phase: .connect, message: "cannot connect: \(error.connectionProblem)")
    }
}
