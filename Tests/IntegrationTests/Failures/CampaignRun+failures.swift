import Foundation
import Logging
import NIOPosix
import RedisClient
import TestSupport
import Testing

extension CampaignRun {
    /// The most messages that a worker can have had accepted and not told: its connections' windows, which are those of a near
    /// server here, and a flush.
    static func mostUntold(connections: Int) -> Int { connections * 32 + 50 }

    /// 300 KB of HTML, more than half the window of a connection.
    static let bigPage =
        "<html><body><p>Dear {{firstName}},</p>\n"
        + String(repeating: "<p>\(String(repeating: "will you tell us? ", count: 50))</p>\n", count: 330)
        + "</body></html>\n"

    /// What `queue status` says.
    struct Queue: Decodable {
        struct Memory: Decodable { var used: Int }
        struct Worker: Decodable {
            var id: String
            var inFlight: Int
        }
        var waiting: Int
        var inFlight: Int
        var unbooked: Int
        var hold: String?
        var workers: [Worker]
        var memory: Memory
    }

    func queue() async throws -> Queue {
        let output = try await must(["queue", "status", "--format", "json"])
        return try JSONDecoder().decode(Queue.self, from: Data(output.utf8))
    }

    /// Waits until the book has so many contacts as Sent.
    func waitUntilSent(_ count: Int, limit: Duration = .seconds(60)) async throws {
        try await poll("\(count) are not sent: \(coordinator.errors)", limit: limit) {
            try await statistics().count("Sent") >= count
        }
    }

    /// Waits until the coordinator's log says something.
    func waitUntilCoordinatorSays(_ words: String, limit: Duration = .seconds(60)) async throws {
        try await poll("the coordinator does not say “\(words)”: \(coordinator.errors)", limit: limit) {
            coordinator.errors.contains(words)
        }
    }

    /// Waits for the end of a campaign to people who all accept, and proves that everybody has the message and the books are exact.
    ///
    /// - Returns: how many messages were accepted a second time.
    func finishWithAllSent(
        _ addresses: [String], limit: Duration = .seconds(120), _ location: SourceLocation = #_sourceLocation
    ) async throws -> Int {
        let end = try await finish(limit: limit)
        #expect(end.count("Sent") == addresses.count, sourceLocation: location)
        #expect(end.outcomes.values.reduce(0, +) == addresses.count, sourceLocation: location)
        #expect(
            end.licences.charged == addresses.count && end.licences.reserved == 0, sourceLocation: location)
        // The simulator writes its log with some delay.
        let everybody = Set(addresses)
        try await poll("not everybody got the message", limit: .seconds(5)) {
            try Set(accepted().keys) == everybody
        }
        let audit = try await run(["audit"])
        #expect(audit.status == 0, "\(audit.output)", sourceLocation: location)
        return try accepted().values.reduce(0) { $0 + $1 - 1 }
    }

    /// Sends one command to a Redis.
    @discardableResult
    static func redis(_ url: String, _ command: String, _ arguments: [String] = []) async throws -> RedisValue {
        let connection = RedisConnection(
            endpoint: try RedisEndpoint(parsing: url), eventLoop: MultiThreadedEventLoopGroup.singleton.next(),
            logger: Logger(label: "test"))
        do {
            let answer = try await connection.send(command, arguments.map { RedisArgument($0) })
            await connection.close()
            return answer
        } catch {
            await connection.close()
            throw error
        }
    }

    /// The Redis that the coordinator has started.
    var embeddedRedis: String { "unix://\(data)/redis.sock" }

    /// Runs a program of the system to its end; it must succeed.
    static func system(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(program) \(arguments)")
    }
}

/// A number from the environment, for bigger runs than the usual ones.
func size(_ name: String, usually usual: Int) -> Int {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
}

/// So many addresses of one behaviour, over a few sites.
func people(_ count: Int, _ behaviour: String = "ok") -> [String] {
    (0..<count).map { "\(behaviour)\($0)@site\($0 % 17).example" }
}
