import Foundation
import TestSupport
import Testing

@Suite("When the network between a worker and Redis fails")
struct NetworkFailureTests {
    @Test(
        "A worker that is cut off begins nothing after 60 % of its lease, and goes on when it can",
        .timeLimit(.minutes(5)))
    func cutOff() async throws {
        let run = try await CampaignRun()
        let addresses = people(14, "slow")
        // One message fills the connection's window, once its size is known: with 1.5 s for each there is always one to begin.
        try await run.prepareCampaign(addresses: addresses, licences: 1, html: CampaignRun.bigPage)
        let network = try await TCPProxy.start(toUnixSocket: "\(run.data)/redis.sock")
        let worker = try run.startWorker(["--redis", "redis://127.0.0.1:\(network.port)", "--connections", "1"])
        try await run.must(["campaign", "start", "c"])
        try await run.waitUntilSent(1)
        try await run.must(["licences", "add", "\(addresses.count - 1)"])
        try await poll("it does not go on") { try run.acceptances().count > 1 }
        try await network.pause()
        let silentSince = Date()
        try await run.waitUntilCoordinatorSays("a worker's lease ran out")
        let before = try run.acceptances().filter { try $0.date < silentSince }.count
        let during = try run.acceptances().filter { try $0.date >= silentSince }
        try await network.resume()
        let duplicates = try await run.finishWithAllSent(addresses)

        // What was begun at the last moment is accepted 1.5 s later; another second is for a busy machine.
        let latest = try during.map { try $0.date.timeIntervalSince(silentSince) }.max() ?? 0
        #expect(latest <= 0.6 * 15 + 1.5 + 1)
        #expect(during.count < addresses.count - before, "there was more to begin")
        #expect(worker.errors.contains("lease lost"), "\(worker.errors)")
        #expect(duplicates == 0, "what it could not tell, it has told before it went on")
        print(
            "cut off: \(before) accepted before, \(during.count) during, the last after \(latest) s; duplicates \(duplicates)"
        )
        try await network.close()
        try await run.stop()
    }

    @Test("Connections to Redis that break again and again cost nothing", .timeLimit(.minutes(5)))
    func brokenConnections() async throws {
        let run = try await CampaignRun()
        let addresses = people(size("POSTRIDER_FAILURE_CONTACTS", usually: 12_000))
        try await run.prepareCampaign(addresses: addresses)
        let network = try await TCPProxy.start(toUnixSocket: "\(run.data)/redis.sock")
        for _ in 0..<2 {
            try run.startWorker(["--redis", "redis://127.0.0.1:\(network.port)", "--connections", "1"])
        }
        try await run.must(["campaign", "start", "c"])
        var cuts = 0
        // Each cut is followed by time enough for a beat: a worker that loses its lease is another case.
        while cuts < 12, try await run.statistics().state != "finished" {
            try await network.cut()
            cuts += 1
            try await Task.sleep(for: .milliseconds(300))
        }
        let duplicates = try await run.finishWithAllSent(addresses)
        #expect(cuts > 1)
        let said = run.workers.map(\.errors).joined() + run.coordinator.errors
        #expect(duplicates == 0, "\(said)")
        print("connections broken \(cuts) times: duplicates \(duplicates)")
        try await network.close()
        try await run.stop()
    }
}
