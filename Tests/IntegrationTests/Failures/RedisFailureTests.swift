import Foundation
import RedisClient
import TestSupport
import Testing

@Suite("When Redis fails")
struct RedisFailureTests {
    private static var contacts: Int { size("POSTRIDER_FAILURE_CONTACTS", usually: 3000) }

    @Test("Killed and started again from its append-only file, it has forgotten nothing", .timeLimit(.minutes(5)))
    func killed() async throws {
        let redis = try await RedisServer.start(configuration: ["appendonly yes", "appendfsync everysec"])
        let run = try await CampaignRun(coordinatorArguments: ["--redis", redis.url])
        let addresses = people(Self.contacts)
        try await run.prepareCampaign(addresses: addresses)
        for _ in 0..<2 { try run.startWorker(["--redis", redis.url, "--connections", "1"]) }
        try await run.must(["campaign", "start", "c"])
        // A short absence goes unnoticed, a longer one is shown.
        try await run.waitUntilSent(Self.contacts / 4)
        await redis.kill()
        try await redis.restart()
        try await run.waitUntilSent(Self.contacts / 2)
        await redis.kill()
        try await poll("nothing is said of it") {
            try await run.must(["campaign", "status", "c"]).contains(/waits: .*Redis at unix/)
        }
        #expect(try await run.run(["queue", "status"]).errors.contains("Redis at unix"))
        try await redis.restart()
        let duplicates = try await run.finishWithAllSent(addresses)
        #expect(duplicates == 0)
        #expect(try await run.statistics().waitsFor == nil)
        print("Redis killed 2 times: duplicates \(duplicates)")
        try await run.stop()
        await redis.stop()
    }

    @Test("Wiped, the campaign is finished from the book", .timeLimit(.minutes(5)))
    func wiped() async throws {
        let run = try await CampaignRun()
        let addresses = people(Self.contacts)
        try await run.prepareCampaign(addresses: addresses)
        for _ in 0..<2 { try run.startWorker(["--connections", "1"]) }
        try await run.must(["campaign", "start", "c"])
        var bound = 0
        for part in 1...2 {
            try await run.waitUntilSent(Self.contacts * part / 4)
            // What the book does not know when Redis forgets it, and what is in the air then, may be sent again.
            let booked = try await run.statistics().count("Sent")
            try await CampaignRun.redis(run.embeddedRedis, "FLUSHALL")
            bound += try run.acceptances().count - booked + 2 * CampaignRun.mostUntold(connections: 1)
        }
        let duplicates = try await run.finishWithAllSent(addresses)
        #expect(duplicates <= bound)
        print("Redis wiped 2 times: duplicates \(duplicates), at most \(bound)")
        try await run.stop()
    }

    @Test("Wiped while everything is booked, nobody is written to twice", .timeLimit(.minutes(5)))
    func wipedAtRest() async throws {
        let run = try await CampaignRun()
        let addresses = people(1000)
        try await run.prepareCampaign(addresses: addresses, licences: 600)
        try run.startWorker()
        try await run.must(["campaign", "start", "c"])
        try await run.waitUntilSent(600)
        try await CampaignRun.redis(run.embeddedRedis, "FLUSHALL")
        try await run.must(["licences", "add", "400"])
        let duplicates = try await run.finishWithAllSent(addresses)
        #expect(duplicates == 0)
        try await run.stop()
    }

    @Test("Full, it is fed no more and drained; it says so, and goes on when there is room", .timeLimit(.minutes(5)))
    func full() async throws {
        let redis = try await RedisServer.start(configuration: ["maxmemory-policy noeviction"])
        let run = try await CampaignRun(coordinatorArguments: ["--redis", redis.url])
        // Bounces are put on the list of suppressed addresses, which needs room in Redis.
        let addresses = people(3000) + people(3000, "bounce")
        try await run.prepareCampaign(addresses: addresses.shuffled())
        let used = try await Self.usedMemory(redis)
        try await Self.limitMemory(redis, used * 5 / 4 + 500_000)
        try await run.must(["campaign", "start", "c"])
        let watch = try PostriderProcess(["campaign", "watch", "c", "--data", run.data])
        try await poll("feeding does not stop") { try await run.queue().hold?.contains("maxmemory") == true }
        let text = try await run.must(["queue", "status"])
        #expect(text.contains("feeding is held back: Redis has used"), "\(text)")
        try await poll("the watch does not say it: \(watch.output)") {
            watch.output.contains("waits: feeding is held back")
        }

        // Now nothing at all is left, and what has been fed is drained all the same.
        let fed = try await run.queue().waiting
        #expect(fed > 0 && fed < addresses.count)
        try await Self.limitMemory(redis, 1_000_000)
        try run.startWorker(["--redis", redis.url])
        try await poll("it is not drained: \(run.coordinator.errors)", limit: .seconds(60)) {
            let queue = try await run.queue()
            return queue.waiting == 0 && queue.inFlight == 0 && queue.unbooked == 0
        }
        let numbers = try await run.statistics()
        #expect(numbers.count("Sent") + numbers.count("Bounced") == fed)
        #expect(numbers.waitsFor?.contains("maxmemory") == true, "\(String(describing: numbers.waitsFor))")

        try await Self.limitMemory(redis, 0)
        let end = try await run.finish(limit: .seconds(60))
        #expect(end.count("Sent") == 3000 && end.count("Bounced") == 3000)
        #expect(try await watch.wait() == 0)
        #expect(try run.accepted().values.allSatisfy { $0 == 1 })
        #expect(try await run.run(["audit"]).status == 0)
        print("full Redis: \(fed) of \(addresses.count) were fed and drained")
        try await run.stop()
        await redis.stop()
    }

    @Test("Robbed of its scripts, it gets them again within seconds", .timeLimit(.minutes(5)))
    func scriptsFlushed() async throws {
        let run = try await CampaignRun()
        let addresses = people(4000)
        try await run.prepareCampaign(addresses: addresses, licences: 1000)
        for _ in 0..<2 { try run.startWorker(["--connections", "1"]) }
        try await run.must(["campaign", "start", "c"])
        for part in 1...3 {
            try await run.waitUntilSent(1000 * part)
            try await CampaignRun.redis(run.embeddedRedis, "SCRIPT", ["FLUSH"])
            try await run.must(["licences", "add", "1000"])
            try await run.waitUntilSent(1000 * part + 1, limit: .seconds(5))
            try await CampaignRun.redis(run.embeddedRedis, "SCRIPT", ["FLUSH"])
        }
        let duplicates = try await run.finishWithAllSent(addresses)
        #expect(duplicates == 0)
        try await run.stop()
    }

    private static func usedMemory(_ redis: RedisServer) async throws -> Int {
        let text = try await CampaignRun.redis(redis.url, "INFO", ["memory"]).text ?? ""
        let match = try #require(text.firstMatch(of: /used_memory:([0-9]+)/))
        return try #require(Int(match.1))
    }

    private static func limitMemory(_ redis: RedisServer, _ bytes: Int) async throws {
        try await CampaignRun.redis(redis.url, "CONFIG", ["SET", "maxmemory", "\(bytes)"])
    }
}
