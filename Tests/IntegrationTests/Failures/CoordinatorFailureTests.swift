import Foundation
import TestSupport
import Testing

@Suite("When the coordinator is stopped or killed")
struct CoordinatorFailureTests {
    @Test(
        "Killed while it prepares, feeds and books, it goes on where it was, and nobody is written to twice",
        .timeLimit(.minutes(5)))
    func killed() async throws {
        let run = try await CampaignRun()
        let addresses = people(size("POSTRIDER_FAILURE_CONTACTS", usually: 6000))
        try await run.prepareCampaign(addresses: addresses)
        for _ in 0..<2 { try run.startWorker(["--connections", "1"]) }
        try await run.must(["campaign", "start", "c"])
        var kills = 0
        for delay in [0, 50, 200, 400, 800] {
            try await Task.sleep(for: .milliseconds(delay))
            try await run.replaceCoordinator()
            kills += 1
        }
        let duplicates = try await run.finishWithAllSent(addresses)
        #expect(duplicates == 0)
        print("coordinator killed \(kills) times: duplicates \(duplicates)")
        try await run.stop()
    }

    @Test("A second Ctrl-C ends a worker at once, and what it had in hand is sent by another", .timeLimit(.minutes(2)))
    func interruptedWorker() async throws {
        let run = try await CampaignRun()
        let addresses = people(30)
        try await run.prepareCampaign(addresses: addresses)
        // Its relay takes connections and says nothing.
        let silence = try await TCPProxy.start(toPort: run.relayPort)
        try await silence.pause()
        let worker = try run.startWorker(["--relay", "smtp://127.0.0.1:\(silence.port)", "--grace", "10m"])
        try await run.must(["campaign", "start", "c"])
        try await poll("it claims nothing") { try await run.queue().inFlight > 0 }
        worker.signal(SIGINT)
        try await poll("it does not stop: \(worker.errors)") { worker.errors.contains("stopping") }
        try await Task.sleep(for: .milliseconds(300))
        if worker.isRunning { worker.signal(SIGINT) }
        #expect([0, 130].contains(try await worker.wait(limit: .seconds(5))))
        try run.startWorker()
        let duplicates = try await run.finishWithAllSent(addresses)
        #expect(duplicates == 0)
        try await silence.close()
        try await run.stop()
    }

    @Test(
        "A second Ctrl-C ends a coordinator whose Redis hangs, and the next one takes that Redis over",
        .timeLimit(.minutes(2)))
    func interruptedCoordinator() async throws {
        let run = try await CampaignRun()
        let addresses = people(200)
        try await run.prepareCampaign(addresses: addresses)
        let redis = try String(contentsOfFile: run.data + "/redis.pid", encoding: .utf8)
        let pid = try #require(Int32(redis.trimmingCharacters(in: .whitespacesAndNewlines)))
        try await run.must(["campaign", "start", "c"])
        try await poll("it is not fed") { try await run.queue().waiting == addresses.count }
        kill(pid, SIGSTOP)
        run.coordinator.signal(SIGINT)
        try await Task.sleep(for: .milliseconds(500))
        #expect(run.coordinator.isRunning, "it waits for Redis")
        run.coordinator.signal(SIGINT)
        #expect(try await run.coordinator.wait(limit: .seconds(5)) == 130)
        kill(pid, SIGCONT)
        try await run.replaceCoordinator()
        #expect(run.coordinator.errors.contains("took over the Redis"), "\(run.coordinator.errors)")
        try run.startWorker()
        let duplicates = try await run.finishWithAllSent(addresses)
        #expect(duplicates == 0)
        run.coordinator.signal(SIGINT)
        #expect(try await run.coordinator.wait() == 0, "one Ctrl-C stops it in good order")
        #expect(kill(pid, 0) != 0, "and its Redis with it")
        try await run.stop()
    }
}
