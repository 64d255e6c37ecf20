import NIOCore
import RedisClient
import TestSupport
import Testing

@Suite("A cluster", .timeLimit(.minutes(2)), .serialized)
struct RedisClusterTests {
    private static let count = RedisScript(name: "count", source: "#!lua\nreturn redis.call('INCR', KEYS[1])")
    private static let keys = (0..<16).map { "pr:{\($0)}:n" }

    /// A node timeout long enough that a busy machine makes nobody be taken for dead.
    private static let calm = ["cluster-node-timeout 15000"]

    private func withCluster(
        _ configuration: [String] = [], _ body: (RedisCluster) async throws -> Void
    ) async throws {
        let cluster = try await RedisCluster.start(configuration: configuration)
        do {
            try await body(cluster)
        } catch {
            await cluster.stop()
            throw error
        }
        await cluster.stop()
    }

    @Test("Keys and scripts go to the masters that serve them; each master can be asked for its figures")
    func spread() async throws {
        try await withCluster(Self.calm) { cluster in
            let redis = try makeRedis(cluster.url)
            #expect(redis.endpoint.isCluster)
            try await redis.connect()
            for key in Self.keys {
                #expect(try await redis.submit(Self.count, keys: [RedisArgument(key)]).get() == .integer(1))
                #expect(try await redis.submit(["GET", RedisArgument(key)], key: RedisArgument(key)).get().number == 1)
            }
            let servers = try await redis.servers()
            let masters = try await cluster.masters()
            #expect(servers == masters.map { "127.0.0.1:\($0.port ?? 0)" }.sorted())
            var sizes: [Int64] = []
            for server in servers { sizes.append(try await redis.send(["DBSIZE"], toServer: server).number ?? 0) }
            #expect(sizes.reduce(0, +) == 16)
            #expect(sizes.allSatisfy { $0 > 0 })
            let error = await #expect(throws: RedisError.self) {
                try await redis.send(["PING"], toServer: "elsewhere:1")
            }
            #expect(error?.code == .notConnected)
            await redis.close()
        }
    }

    @Test("A script that is missing is loaded on the server that misses it, unless told not to")
    func loading() async throws {
        try await withCluster(Self.calm) { cluster in
            let redis = try makeRedis(cluster.url)
            let key = RedisArgument(Self.keys[0])
            let error = await #expect(throws: RedisError.self) {
                try await redis.submit(Self.count, keys: [key], loadsIfMissing: false).get()
            }
            #expect(error?.code == .server("NOSCRIPT"))
            try await redis.load(Self.count, key: key).get()
            #expect(try await redis.submit(Self.count, keys: [key], loadsIfMissing: false).get() == .integer(1))

            let broken = RedisScript(name: "broken", source: "#!lua\nreturn (")
            let mistake = await #expect(throws: RedisError.self) { try await redis.submit(broken, keys: [key]).get() }
            #expect(mistake?.message.contains("compiling") == true)
            await redis.close()
        }
    }

    @Test("Slots that move while they are used lose nothing and count nothing twice", arguments: [false, true])
    func moving(asScript: Bool) async throws {
        try await withCluster(Self.calm) { cluster in
            let redis = try makeRedis(cluster.url)
            try await redis.connect()
            let counters = Self.keys.map { Counter(redis, key: $0, script: asScript ? Self.count : nil) }
            try await waitUntil(redis, Self.keys[0], isAtLeast: 20)
            for key in Self.keys.prefix(6) {
                let slot = try await cluster.slot(of: key)
                let source = try #require(try await cluster.master(of: slot))
                let target = try #require(try await cluster.masters().first { $0 !== source })
                // Longer than many commands take, so that they meet each state of the move.
                try await cluster.moveSlot(slot, to: target, batch: 1, pause: .milliseconds(100))
            }
            for (key, counter) in zip(Self.keys, counters) {
                let book = try await counter.stop()
                #expect(book.unknown == 0 && book.failed == 0)
                let total = try await redis.submit(["GET", RedisArgument(key)], key: RedisArgument(key)).get().number
                #expect(total == Int64(book.done))
            }
            await redis.close()
        }
    }

    @Test("A script with two keys, one of which is never there, waits until its slot has moved as a whole")
    func guarded() async throws {
        try await withCluster(Self.calm) { cluster in
            let redis = try makeRedis(cluster.url)
            try await redis.connect()
            // Reads and writes keys that it does not name: half of them would be elsewhere in the middle of a move.
            let script = RedisScript(
                name: "sum",
                source: """
                    #!lua
                    local sum = 0
                    for i = 1, 50 do sum = sum + redis.call('INCR', KEYS[1] .. i) end
                    return sum
                    """)
            let slot = try await cluster.slot(of: "pr:{0}:")
            let source = try #require(try await cluster.master(of: slot))
            let target = try #require(try await cluster.masters().first { $0 !== source })
            let runs = Task {
                var runs = 0
                while !Task.isCancelled {
                    let sum = try await redis.submit(script, keys: ["pr:{0}:", "pr:{0}:guard"]).get()
                    runs += 1
                    #expect(sum == .integer(Int64(50 * runs)))
                }
                return runs
            }
            try await waitUntil(redis, "pr:{0}:50", isAtLeast: 10)
            try await cluster.moveSlot(slot, to: target, batch: 5, pause: .milliseconds(50))
            let moved = try await redis.submit(["GET", "pr:{0}:50"], key: "pr:{0}:").get().number ?? 0
            try await waitUntil(redis, "pr:{0}:50", isAtLeast: moved + 10)
            runs.cancel()
            let total = try await runs.value
            #expect(try await redis.submit(["GET", "pr:{0}:1"], key: "pr:{0}:").get().number == Int64(total))
            await redis.close()
        }
    }

    @Test("A master that is killed is left for its replica; the others do not notice")
    func killedMaster() async throws {
        try await withCluster { cluster in
            var configuration = RedisConfiguration()
            configuration.commandTimeout = .seconds(20)
            let redis = try makeRedis(cluster.url, configuration)
            try await redis.connect()
            let slot = try await cluster.slot(of: Self.keys[0])
            let victim = try #require(try await cluster.master(of: slot))
            var others: [String] = []
            for key in Self.keys {
                if try await cluster.master(of: cluster.slot(of: key)) !== victim { others.append(key) }
            }
            let counter = Counter(redis, key: Self.keys[0], script: Self.count)
            let other = Counter(redis, key: try #require(others.first), script: Self.count)
            try await waitUntil(redis, Self.keys[0], isAtLeast: 100)
            await victim.kill()
            // Waits within its time limit for the replica to be promoted.
            let before =
                try await redis.submit(["GET", RedisArgument(Self.keys[0])], key: RedisArgument(Self.keys[0]))
                .get().number ?? 0
            try await waitUntil(redis, Self.keys[0], isAtLeast: before + 100)
            let book = try await counter.stop()
            #expect(book.unknown <= 1 && book.failed == 0)
            #expect(book.longestGap < .seconds(12))
            let otherBook = try await other.stop()
            #expect(otherBook.unknown == 0 && otherBook.failed == 0)
            #expect(try await !redis.servers().contains("127.0.0.1:\(victim.port ?? 0)"))
            await redis.close()
        }
    }

    @Test("A master that hangs is left when its replica has been promoted")
    func hangingMaster() async throws {
        try await withCluster { cluster in
            var configuration = RedisConfiguration()
            configuration.commandTimeout = .seconds(1)
            configuration.silenceLimit = .seconds(60)
            let redis = try makeRedis(cluster.url, configuration)
            try await redis.connect()
            let key = RedisArgument(Self.keys[0])
            let victim = try #require(try await cluster.master(of: cluster.slot(of: Self.keys[0])))
            #expect(try await redis.submit(Self.count, keys: [key]).get() == .integer(1))
            try await victim.waitForReplicas()
            victim.freeze(true)
            try await poll("nobody takes over", limit: .seconds(20)) {
                (try? await redis.submit(["GET", key], key: key).get()) != nil
            }
            #expect(try await redis.submit(Self.count, keys: [key]).get() == .integer(2))
            victim.freeze(false)
            await redis.close()
        }
    }
}
