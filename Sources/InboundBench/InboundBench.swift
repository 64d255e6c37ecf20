internal import ArgumentParser
internal import Foundation
internal import MailMessage
internal import NIOCore
internal import NIOPosix

/// Sends bounce messages as fast as they are taken: the instrument of `scripts/bench --inbound`, not a part of Postrider.
@main
struct InboundBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inbound-bench",
        abstract: "Sends a bounce message for each contact of a mailing, and says how fast they were taken.",
        discussion: "scripts/bench --inbound starts everything around it, and prints its JSON as a table.")

    @Argument(help: "The port of 127.0.0.1 on which postrider inbound listens.")
    var port: Int

    @Option(help: "The file with the token keys of the coordinator.")
    var tokenKeyFile: String

    @Option(help: "The number of the mailing.")
    var mailing: UInt32 = 1

    @Option(help: "How many contacts the mailing has.")
    var count: Int

    @Option(help: "Connections at once.")
    var connections = 50

    @Option(help: "Only the first messages of the mailing, sent a second time, for what comes twice.")
    var again = 0

    /// What is printed.
    private struct Report: Encodable {
        var accepted: Int
        var refused: Int
        var seconds: Double
        var messageBytes: Int
        var cpuSeconds: Double
    }

    func run() async throws {
        let source = BounceSource(
            keys: try TokenKeys(file: tokenKeyFile), mailing: mailing, count: count, again: again)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let start = ContinuousClock.now
        // Servers end a connection after some number of messages, and mail servers begin another.
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for _ in 0..<connections {
                tasks.addTask {
                    while source.hasMore { try await Self.connect(to: port, source, on: group) }
                }
            }
            try await tasks.waitForAll()
        }
        let seconds = start.duration(to: .now) / .seconds(1)
        let cpu = Double(clock()) / Double(CLOCKS_PER_SEC)
        let counts = source.counts
        let report = Report(
            accepted: counts.accepted, refused: counts.refused, seconds: seconds,
            messageBytes: source.message(0).content.count, cpuSeconds: cpu)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
        try await group.shutdownGracefully()
    }

    /// Sends over one connection until it is closed.
    private static func connect(to port: Int, _ source: BounceSource, on group: some EventLoopGroup) async throws {
        let channel = try await ClientBootstrap(group: group)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(BounceClient(source: source))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        try await channel.closeFuture.get()
    }
}
