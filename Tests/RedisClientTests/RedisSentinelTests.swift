import Foundation
import Logging
import NIOCore
import NIOPosix
import RedisClient
import TestSupport
import Testing

/// Makes a Redis for a test; the caller closes it.
func makeRedis(_ url: String, _ configuration: RedisConfiguration = RedisConfiguration()) throws -> Redis {
    Redis(
        endpoint: try RedisEndpoint(parsing: url), configuration: configuration,
        eventLoop: MultiThreadedEventLoopGroup.singleton.next(), logger: Logger(label: "test"))
}

/// Counts a key up until told to stop, and keeps book of what is known of each attempt.
final class Counter: Sendable {
    struct Book: Sendable {
        /// Attempts that were answered.
        var done = 0
        /// Attempts that may have counted or not.
        var unknown = 0
        /// Attempts that did not count.
        var failed = 0
        /// The longest time between two answers.
        var longestGap = Duration.zero
    }

    private let task: Task<Book, any Error>

    init(_ redis: Redis, key: String, script: RedisScript? = nil) {
        task = Task {
            var book = Book()
            var last = ContinuousClock.now
            while !Task.isCancelled {
                // Often enough to meet every state of a move, and no load for the tests beside it.
                try? await Task.sleep(for: .milliseconds(2))
                do {
                    let reply =
                        if let script {
                            redis.submit(script, keys: [RedisArgument(key)])
                        } else {
                            redis.submit(["INCR", RedisArgument(key)], key: RedisArgument(key))
                        }
                    _ = try await reply.get()
                    book.done += 1
                    book.longestGap = max(book.longestGap, last.duration(to: .now))
                    last = .now
                } catch let error as RedisError {
                    switch error.code {
                    case .connectionLost, .timedOut: book.unknown += 1
                    case .notConnected, .server("CLUSTERDOWN"), .server("READONLY"), .server("LOADING"):
                        book.failed += 1
                    default: throw error
                    }
                }
            }
            return book
        }
    }

    func stop() async throws -> Book {
        task.cancel()
        return try await task.value
    }
}

/// Waits until a counter has been counted up so often.
func waitUntil(_ redis: Redis, _ key: String, isAtLeast count: Int64) async throws {
    try await poll("\(key) does not reach \(count)", limit: .seconds(20)) {
        (try? await redis.submit(["GET", RedisArgument(key)], key: RedisArgument(key)).get().number ?? 0) ?? 0 >= count
    }
}

@Suite("A primary behind sentinels", .timeLimit(.minutes(2)), .serialized)
struct RedisSentinelTests {
    private func withSetup(
        _ body: (SentinelSetup) async throws -> Void
    ) async throws {
        let setup = try await SentinelSetup.start()
        do {
            try await body(setup)
        } catch {
            await setup.stop()
            throw error
        }
        await setup.stop()
    }

    /// The user that the manual promises to be enough at sentinels, as words for ACL SETUSER, with the password "watch".
    private func manualUser() throws -> [String] {
        let manual = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../docs/redis.md").standardized
        let line = try String(contentsOf: manual, encoding: .utf8).split(separator: "\n")
            .first { $0.hasPrefix("    user postrider ") && $0.contains("+sentinel|") }
        return try #require(line).replacing("PASSWORD", with: "watch").split(separator: " ").dropFirst().map(
            String.init)
    }

    @Test("Servers and sentinels each have their login, and the manual's user is enough at sentinels")
    func logins() async throws {
        try await withSetup { setup in
            for server in setup.servers { try await server.command(["CONFIG", "SET", "requirepass", "servers"]) }
            for sentinel in setup.sentinels {
                #expect(try await sentinel.command(["ACL", "SETUSER"] + manualUser()) == "OK")
                try await sentinel.command(["ACL", "SETUSER", "default", ">other"])
            }
            let address = setup.url.replacing("://", with: "://:servers@")
            let refused = try makeRedis(address)
            let error = await #expect(throws: RedisError.self) { try await refused.connect() }
            #expect(error?.code == .authenticationFailed)
            await refused.close()

            let redis = try makeRedis(address + "?sentineluser=postrider&sentinelpassword=watch")
            try await redis.connect()
            #expect(try await redis.submit(["SET", "k", "v"], key: "k").get().text == "OK")
            await redis.close()
        }
    }

    @Test("A primary that is killed is left for the one that is promoted; what was answered is there")
    func killed() async throws {
        try await withSetup { setup in
            let redis = try makeRedis(setup.url)
            try await redis.connect()
            #expect(try await redis.servers() == ["127.0.0.1:\(setup.servers[0].port ?? 0)"])
            let counter = Counter(redis, key: "n")
            try await waitUntil(redis, "n", isAtLeast: 100)
            let dead = try #require(try await setup.killPrimary())
            let before = try await redis.submit(["GET", "n"], key: "n", timeout: .seconds(20)).get().number ?? 0
            try await waitUntil(redis, "n", isAtLeast: before + 100)
            let book = try await counter.stop()
            #expect(try await redis.servers() != ["127.0.0.1:\(dead.port ?? 0)"])
            #expect(book.longestGap < .seconds(10))
            #expect(book.unknown <= 2)

            // It comes back as a replica, and nobody turns to it.
            try await dead.restart()
            try await poll("the old primary does not follow") { try await dead.info("role") == "slave" }
            #expect(try await redis.submit(["INCR", "n"], key: "n").get().number ?? 0 > before)
            await redis.close()
        }
    }

    @Test("A primary that hangs is left as soon as another is promoted")
    func hanging() async throws {
        try await withSetup { setup in
            var configuration = RedisConfiguration()
            configuration.commandTimeout = .seconds(30)
            configuration.silenceLimit = .seconds(60)
            let redis = try makeRedis(setup.url, configuration)
            try await redis.connect()
            #expect(try await redis.submit(["INCR", "n"], key: "n").get().number == 1)
            try await setup.servers[0].waitForReplicas()
            setup.servers[0].freeze(true)
            try await poll("nobody is promoted", limit: .seconds(20)) {
                try await redis.servers() != ["127.0.0.1:\(setup.servers[0].port ?? 0)"]
            }
            #expect(try await redis.submit(["INCR", "n"], key: "n", timeout: .seconds(5)).get().number == 2)
            setup.servers[0].freeze(false)
            await redis.close()
        }
    }

    @Test("A planned switch goes unnoticed: no command fails that was not on its way, and scripts are there")
    func planned() async throws {
        try await withSetup { setup in
            let redis = try makeRedis(setup.url)
            try await redis.connect()
            let script = RedisScript(name: "count", source: "#!lua\nreturn redis.call('INCR', KEYS[1])")
            let counter = Counter(redis, key: "n", script: script)
            try await waitUntil(redis, "n", isAtLeast: 50)
            #expect(try await setup.sentinels[0].command(["SENTINEL", "FAILOVER", SentinelSetup.name]) == "OK")
            let old = setup.servers[0]
            try await poll("no switch", limit: .seconds(20)) {
                try await redis.servers() != ["127.0.0.1:\(old.port ?? 0)"]
            }
            try await poll("the old primary does not follow") { try await old.info("role") == "slave" }
            let now = try await redis.submit(["GET", "n"], key: "n").get().number ?? 0
            try await waitUntil(redis, "n", isAtLeast: now + 50)
            let book = try await counter.stop()
            #expect(book.failed == 0)
            #expect(book.unknown <= 2)
            await redis.close()
        }
    }

    @Test("Sentinels that are down, a name that they do not know, and one that answers")
    func unreachable() async throws {
        try await withSetup { setup in
            let nobody = try #require(RedisServer.freePort())
            let dead = try makeRedis("redis-sentinel://127.0.0.1:\(nobody)/main")
            let down = await #expect(throws: RedisError.self) { try await dead.connect() }
            #expect(down?.code == .refused)
            await dead.close()

            let misnamed = try makeRedis(setup.url.replacing("/main", with: "/other"))
            let unknown = await #expect(throws: RedisError.self) { try await misnamed.connect() }
            #expect(unknown?.code == .noPrimary)
            #expect(unknown?.message.contains("\"other\"") == true)
            await misnamed.close()

            // The first that answers is enough.
            let url = setup.url.replacing("redis-sentinel://", with: "redis-sentinel://127.0.0.1:\(nobody),")
            let redis = try makeRedis(url)
            try await redis.connect()
            #expect(try await redis.submit(["SET", "k", "v"], key: "k").get().text == "OK")
            await redis.close()
        }
    }
}
