internal import ArgumentParser
internal import Foundation
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import RedisClient

/// Measures what the queue costs an otherwise idle Redis: the instrument of `scripts/bench --queue`, not a part of Postrider.
@main
struct QueueBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue-bench",
        abstract: "Measures what the queue costs a Redis; everything in that Redis is deleted.",
        discussion: "scripts/bench --queue starts a redis-server for it, and prints its JSON as a table.")

    @Argument(help: "The address of a Redis of its own, such as unix:///tmp/redis.sock.")
    var redis: String

    @Option(help: "The largest number of jobs that are waiting, in flight or put aside meanwhile.")
    var scale = 1_000_000

    @Flag(help: "Only the first setting, and neither memory nor scale.")
    var brief = false

    func validate() throws {
        guard scale >= 10_000, scale <= 5_000_000 else {
            throw ValidationError("--scale is a number from 10000 to 5000000.")
        }
    }

    func run() async throws {
        var configuration = RedisConfiguration()
        // Emptying a Redis of millions of jobs takes seconds.
        configuration.commandTimeout = .minutes(2)
        configuration.silenceLimit = .minutes(2)
        let connection = Redis(
            endpoint: try RedisEndpoint(parsing: redis), configuration: configuration,
            eventLoop: MultiThreadedEventLoopGroup.singleton.next(), logger: Logger(label: "queue-bench"))
        try await connection.connect()
        let report = try await report(on: connection)
        await connection.close()

        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }

    private func report(on redis: Redis) async throws -> Report {
        var report = Report(payloadBytes: Workload(spread: .uneven).meanPayload)
        for setting in brief ? [Setting.all[0]] : Setting.all {
            report.transitions += try await TransitionMeasurement(redis: redis, setting: setting).run()
        }
        report.feeding = try await FeedingMeasurement(redis: redis).run()
        guard !brief else { return report }
        for spread in [Workload.Spread.uneven, .single] {
            report.memory.append(try await MemoryMeasurement(redis: redis, spread: spread).run())
        }
        for jobs in [10_000, 100_000, 1_000_000, 5_000_000] where jobs <= scale {
            report.scale += try await ScaleMeasurement(redis: redis, jobs: jobs).run()
        }
        return report
    }

    /// Says on standard error what is being measured.
    static func note(_ text: String) {
        FileHandle.standardError.write(Data("   \(text)\n".utf8))
    }
}
