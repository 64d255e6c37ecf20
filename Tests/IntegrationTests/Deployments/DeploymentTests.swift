import Foundation
import TestSupport
import Testing

@Suite("Campaigns on Redis as people run it", .serialized)
struct DeploymentTests {
    @Test("A campaign goes on by itself when the sentinels promote another primary", .timeLimit(.minutes(5)))
    func sentinel() async throws {
        let setup = try await SentinelSetup.start(configuration: ["appendonly yes"])
        let run = try await CampaignRun(coordinatorArguments: ["--redis", setup.url])
        let addresses = people(4000) + people(400, "deferred-2-")
        try await run.prepareCampaign(addresses: addresses)
        let connections = 4
        for _ in 0..<2 { try run.startWorker(["--redis", setup.url, "--connections", "\(connections)"]) }
        try await run.must(["campaign", "start", "c"])
        try await poll("nothing is accepted") { try run.acceptances().count > 300 }
        let killed = try await setup.killPrimary()
        let before = try run.acceptances().count
        let start = ContinuousClock.now
        try await poll("nobody is promoted", limit: .seconds(30)) {
            try await setup.primary().map { $0 !== killed } ?? false
        }
        let promoted = ContinuousClock.now
        // What was in the workers' hands goes out meanwhile; more than that needs the new primary.
        let inHands = 2 * connections * 32 * 2
        try await poll("it does not go on: \(run.coordinator.errors)", limit: .seconds(60)) {
            try run.acceptances().count > before + inHands
        }
        let resumed = ContinuousClock.now
        try await killed?.restart()
        let duplicates = try await run.finishWithAllSent(addresses, limit: .seconds(120))
        // A replica lacks what it was not sent yet, and the workers what they could not tell.
        #expect(duplicates <= 2 * CampaignRun.mostUntold(connections: connections))
        #expect(run.coordinator.errors.contains("Redis"), "\(run.coordinator.errors)")
        print(
            "primary killed: promoted after \(promoted - start), going on after \(resumed - start), duplicates \(duplicates)"
        )
        try await run.stop()
        await setup.stop()
    }

    @Test(
        "A campaign is spread over a cluster, goes on while slots move, and when a master is replaced",
        .timeLimit(.minutes(6)))
    func cluster() async throws {
        let cluster = try await RedisCluster.start(configuration: ["appendonly yes"])
        let run = try await CampaignRun(coordinatorArguments: ["--redis", cluster.url])
        let addresses = (0..<6000).map { "\($0 % 10 == 0 ? "deferred-2-" : "ok")\($0)@site\($0 % 83).example" }
        try await run.prepareCampaign(addresses: addresses)
        let connections = 4
        for _ in 0..<2 { try run.startWorker(["--redis", cluster.url, "--connections", "\(connections)"]) }
        try await run.must(["campaign", "start", "c"])
        try await poll("nothing is accepted: \(run.coordinator.errors)") { try run.acceptances().count > 200 }

        for shard in [0, 5, 11] {
            let slot = try await cluster.slot(of: "pr:{\(shard)}:")
            let owner = try await cluster.master(of: slot)
            let target = try #require(try await cluster.masters().first { $0 !== owner })
            try await cluster.moveSlot(slot, to: target, batch: 5, pause: .milliseconds(5))
        }
        let slot = try await cluster.slot(of: "pr:{3}:")
        let killed = try await cluster.killMaster(of: slot)
        let start = ContinuousClock.now
        try await poll("no replica is promoted", limit: .seconds(30)) {
            try await cluster.master(of: slot).map { $0 !== killed } ?? false
        }
        let promoted = ContinuousClock.now - start
        try await killed?.restart()

        let duplicates = try await run.finishWithAllSent(addresses, limit: .seconds(180))
        #expect(duplicates <= 2 * CampaignRun.mostUntold(connections: connections))
        var commands: [Int] = []
        for master in try await cluster.masters() {
            let calls = try await master.command(["INFO", "commandstats"]).firstMatch(of: /cmdstat_evalsha:calls=(\d+)/)
            commands.append(calls.flatMap { Int($0.1) } ?? 0)
        }
        #expect(commands.count == 3 && commands.allSatisfy { $0 > 100 }, "one campaign is spread over all nodes")
        let status = try await run.must(["queue", "status"])
        #expect(status.contains("redis-cluster://"))
        print(
            "three slots moved; master killed: promoted after \(promoted), duplicates \(duplicates), scripts per master \(commands)"
        )
        try await run.stop()
        await cluster.stop()
    }

    @Test("Redis with TLS that demands a client's certificate, for a campaign from end to end", .timeLimit(.minutes(2)))
    func tls() async throws {
        let certificates = try await TestCertificates()
        let server = try await RedisServer.start(withPort: true, certificates: certificates)
        let port = try #require(server.port)
        let url = "rediss://localhost:\(port)?\(certificates.query)"
        let run = try await CampaignRun(coordinatorArguments: ["--redis", url])
        let addresses = people(100)
        try await run.prepareCampaign(addresses: addresses)
        try run.startWorker(["--redis", url])
        try await run.must(["campaign", "start", "c"])
        #expect(try await run.finishWithAllSent(addresses) == 0)
        try await run.stop()
        await server.stop()
    }
}
