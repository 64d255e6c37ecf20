import Delivery
import Foundation
import JobQueue
import TestSupport
import Testing

@Suite("What comes back, on a cluster", .serialized)
struct ReturnedMailClusterTests {
    private static let shards = 16
    /// More than shards, so that each of them has some.
    private static let sites = 83

    @Test(
        "Soft bounces of all shards are attempted again, each once; a master that is gone delays no other's shards",
        .timeLimit(.minutes(5)))
    func cluster() async throws {
        let cluster = try await RedisCluster.start(
            configuration: ["appendonly yes", "cluster-require-full-coverage no"])
        let run = try await CampaignRun(coordinatorArguments: ["--redis", cluster.url])
        let count = 4 * Self.sites
        let addresses = (0..<count).map { "ok\($0)@site\($0 % Self.sites).example" }
        try await run.prepareCampaign(addresses: addresses)
        for _ in 0..<2 { try run.startWorker(["--redis", cluster.url]) }
        try await run.must(["campaign", "start", "c"])
        #expect(try await run.finish(limit: .seconds(90)).count("Sent") == count)

        // Everybody's mailbox was full after all; each report comes twice, by whatever shard.
        let everybody = 0..<UInt32(count)
        for id in [0..<16, 0..<16].joined() {
            let first = everybody.filter { $0 % 16 == id }.map { ReturnedMailTests.event($0, kind: 0, id: UInt8(id)) }
            try await ReturnedMailTests.report(first, to: cluster.url)
        }
        try await expectAttempts(2 * count, of: run, sent: count)
        #expect(try run.accepted().filter { $0.value == 2 }.count == count)

        let (alive, gone) = try await killOne(of: cluster)
        #expect(alive.count >= 4 && alive.count < Self.shards)
        let before = try await orders(in: alive, of: cluster)
        // One of them leaves, the others are attempted once more, in all shards that are there.
        let second = everybody.dropFirst().map { ReturnedMailTests.event($0, kind: 0, id: UInt8(16 + alive[1])) }
        let start = ContinuousClock.now
        try await ReturnedMailTests.report(
            [ReturnedMailTests.event(0, kind: 3, id: UInt8(16 + alive[1]))] + second, to: cluster.url)
        let last = before.values.joined().max() ?? 0
        try await poll("not all shards that are there are told: \(run.coordinator.errors)", limit: .seconds(20)) {
            let told = try await orders(in: alive, of: cluster)
            return try await suppressed(addresses[0], in: alive, of: cluster)
                && told.allSatisfy { shard, numbers in
                    // But for the one who left.
                    numbers.count == before[shard]?.count && numbers.count(where: { $0 <= last }) <= 1
                } && told.values.joined().count(where: { $0 <= last }) <= 1
        }
        let told = ContinuousClock.now
        for server in gone { try await server.restart() }
        try await expectAttempts(3 * count - 1, of: run, sent: count - 1)
        #expect(try run.accepted().values.allSatisfy { $0 <= 3 })
        let end = try await run.statistics()
        #expect(end.count("Unsubscribed") == 1 && end.licences.charged == count && end.licences.reserved == 0)
        print("a master and its replica were gone: \(alive.count) shards had heard of all after \(told - start)")
        try await run.stop()
        await cluster.stop()
    }

    private func expectAttempts(_ attempts: Int, of run: CampaignRun, sent: Int) async throws {
        try await poll(
            "there are not \(attempts) attempts: \(run.coordinator.errors) \(run.workers.map(\.errors))",
            limit: .seconds(90)
        ) {
            guard let numbers = try? await run.statistics() else { return false }
            return numbers.attempts == attempts && numbers.count("Sent") == sent && numbers.state == "finished"
        }
        let audit = try await run.run(["audit"])
        #expect(audit.status == 0, "\(audit.output)")
    }

    /// Kills a master that does not have shard 0, and its replica; answers which shards are there yet, and who is gone.
    private func killOne(of cluster: RedisCluster) async throws -> (alive: [Int], gone: [RedisServer]) {
        var masters: [RedisServer] = []
        for shard in 0..<Self.shards {
            masters.append(try #require(try await cluster.master(of: cluster.slot(of: "pr:{\(shard)}:"))))
        }
        let victim = try #require((0..<Self.shards).first { masters[$0] !== masters[0] })
        let alive = (0..<Self.shards).filter { masters[$0] !== masters[victim] }
        let gone = try await cluster.killAll(of: cluster.slot(of: "pr:{\(victim)}:"))
        #expect(gone.count == 2)
        return (alive, gone)
    }

    /// The numbers of the orders that shards have, one for each contact that came back.
    private func orders(in shards: [Int], of cluster: RedisCluster) async throws -> [Int: [Int]] {
        var orders: [Int: [Int]] = [:]
        for shard in shards {
            let answer = try await ask(shard, of: cluster, "HVALS", "again:1")
            orders[shard] = answer.split(separator: "\n").compactMap { Int($0) }
        }
        return orders
    }

    private func suppressed(_ address: String, in shards: [Int], of cluster: RedisCluster) async throws -> Bool {
        for shard in shards where try await ask(shard, of: cluster, "HEXISTS", "suppressed", address) != "1" {
            return false
        }
        return true
    }

    private func ask(_ shard: Int, of cluster: RedisCluster, _ command: String, _ key: String, _ words: String...)
        async throws -> String
    {
        let master = try await cluster.master(of: cluster.slot(of: "pr:{\(shard)}:"))
        return try await master?.command([command, "pr:{\(shard)}:\(key)"] + words) ?? ""
    }
}
