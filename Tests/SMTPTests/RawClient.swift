import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import TestSupport

/// A client that says whatever a test wants, in bytes, and keeps what it hears.
final class RawClient: Sendable {
    private struct State {
        var text: [UInt8] = []
        var isClosed = false
        var taken = 0
    }

    private final class Handler: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let client: RawClient

        init(_ client: RawClient) { self.client = client }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let buffer = unwrapInboundIn(data)
            client.state.withLock { $0.text += buffer.readableBytesView }
        }

        func channelInactive(context: ChannelHandlerContext) {
            client.state.withLock { $0.isClosed = true }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }

    private let state = Mutex(State())
    private let channel = Mutex<(any Channel)?>(nil)

    static func connect(port: Int) async throws -> RawClient {
        let client = RawClient()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            // What the system keeps for us is not what the server has taken.
            .channelOption(.socketOption(.so_sndbuf), value: 64 << 10)
            .channelOption(.socketOption(.so_rcvbuf), value: 64 << 10)
            .channelInitializer { $0.pipeline.addHandler(Handler(client), name: "client") }
            .connect(host: "127.0.0.1", port: port).get()
        client.channel.withLock { $0 = channel }
        return client
    }

    deinit { channel.withLock { $0 }?.close(promise: nil) }

    /// All that it has heard.
    var text: String { state.withLock { String(decoding: $0.text, as: UTF8.self) } }
    var isClosed: Bool { state.withLock { $0.isClosed } }
    /// How many of the texts that were sent the system has taken whole.
    var taken: Int { state.withLock { $0.taken } }

    func send(_ text: String) {
        guard let channel = channel.withLock({ $0 }) else { return }
        channel.writeAndFlush(ByteBuffer(string: text)).whenSuccess { [self] in state.withLock { $0.taken += 1 } }
    }

    func setReading(_ isReading: Bool) async throws {
        try await channel.withLock { $0 }?.setOption(.autoRead, value: isReading).get()
    }

    /// Begins TLS (RFC 3207).
    func secure(trusting authority: String) async throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(authority)
        let context = try NIOSSLContext(configuration: configuration)
        guard let channel = channel.withLock({ $0 }) else { return }
        try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.addHandler(
                NIOSSLClientHandler(context: context, serverHostname: "localhost"), position: .first)
        }.get()
    }

    func wait(for words: String) async throws {
        try await poll("“\(words)” does not come: \(text.suffix(500))", limit: .seconds(20)) { text.contains(words) }
    }

    func wait(forBytes count: Int) async throws {
        try await poll("so many bytes do not come", limit: .seconds(40)) { state.withLock { $0.text.count >= count } }
    }

    func waitForEnd() async throws {
        try await poll("the connection does not end: \(text.suffix(500))", limit: .seconds(20)) { isClosed }
    }
}
