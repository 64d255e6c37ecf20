import Foundation
import TestSupport
import Testing

@Suite("When a worker fails")
struct WorkerFailureTests {
    /// The lease of a worker, and what the reaper and a little delay may add before its jobs are with another.
    private static let lease = Duration.seconds(15)

    @Test("Stopped beyond its lease and continued, a worker's late results count", .timeLimit(.minutes(5)))
    func lateResults() async throws {
        let run = try await CampaignRun()
        // A second and a half each, one after the other: all within the lease.
        let addresses = people(8, "slow")
        try await run.prepareCampaign(addresses: addresses)
        let worker = try run.startWorker(["--connections", "1"])
        try await run.must(["campaign", "start", "c"])
        // All are in the air now; the simulator accepts them one by one while nobody listens.
        try await poll("nothing is accepted") { try !run.acceptances().isEmpty }
        worker.signal(SIGSTOP)
        try await run.waitUntilCoordinatorSays("a worker's lease ran out")
        let acceptedMeanwhile = try run.acceptances().count
        worker.signal(SIGCONT)
        let duplicates = try await run.finishWithAllSent(addresses)
        #expect(worker.errors.contains("lease lost"), "\(worker.errors)")
        #expect(acceptedMeanwhile == addresses.count)
        #expect(duplicates == 0, "what was accepted before is not sent again")
        print("stopped with \(addresses.count) in the air, alone: duplicates \(duplicates)")
        try await run.stop()
    }

    @Test("Stopped beyond its lease, a worker's jobs go to another; continued, it goes on", .timeLimit(.minutes(5)))
    func stoppedWorker() async throws {
        let run = try await CampaignRun()
        let connections = 2
        let addresses = people(40, "slow") + people(3000)
        try await run.prepareCampaign(addresses: addresses, licences: 40 + 2000)
        let stopped = try run.startWorker(["--connections", "\(connections)"])
        try await run.must(["campaign", "start", "c"])
        try await run.waitUntilSent(1)
        stopped.signal(SIGSTOP)
        try run.startWorker(["--connections", "16"])
        try await run.waitUntilCoordinatorSays("a worker's lease ran out")
        stopped.signal(SIGCONT)
        try await poll("it does not notice: \(stopped.errors)") { stopped.errors.contains("lease lost") }
        try await run.must(["licences", "add", "1000"])
        let duplicates = try await run.finishWithAllSent(addresses)
        #expect(duplicates <= CampaignRun.mostUntold(connections: connections))
        #expect(run.coordinator.errors.ranges(of: "a worker's lease ran out").count == 1)
        print("stopped beside another worker: duplicates \(duplicates)")
        try await run.stop()
    }

    @Test("A killed worker's jobs are with another within 20 seconds", .timeLimit(.minutes(2)))
    func recoveryTime() async throws {
        let run = try await CampaignRun()
        let addresses = people(60)
        try await run.prepareCampaign(addresses: addresses)
        // Its relay takes connections and says nothing: all that it claims stays in its hands.
        let silence = try await TCPProxy.start(toPort: run.relayPort)
        try await silence.pause()
        let killed = try run.startWorker(["--relay", "smtp://127.0.0.1:\(silence.port)"])
        try await run.must(["campaign", "start", "c"])
        try await poll("it does not claim all") { try await run.queue().inFlight == addresses.count }
        try run.startWorker()
        killed.signal(SIGKILL)
        let killedAt = Date()
        let duplicates = try await run.finishWithAllSent(addresses)
        let last = try #require(try run.acceptances().map { try $0.date }.max())
        let time = last.timeIntervalSince(killedAt)
        #expect(time <= 20)
        #expect(duplicates == 0)
        print("recovery of \(addresses.count) jobs of a killed worker: \(time) s")
        try await silence.close()
        try await run.stop()
    }

    @Test("A worker that gets little of the processor and has much to send keeps its lease", .timeLimit(.minutes(10)))
    func busyWorker() async throws {
        let run = try await CampaignRun()
        let seconds = size("POSTRIDER_BUSY_SECONDS", usually: 20)
        let addresses = people(seconds * 500)
        try await run.prepareCampaign(addresses: addresses, html: CampaignRun.bigPage)
        // One processor for the worker and four that only burn; the others are for those who run beside.
        let burners = try (0..<4).map { _ in
            let burner = Process()
            burner.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            // It ends with this process, however that ends.
            burner.arguments = ["taskset", "-c", "0", "sh", "-c", "while kill -0 $0; do :; done", "\(getpid())"]
            try burner.run()
            return burner
        }
        defer { for burner in burners { kill(burner.processIdentifier, SIGKILL) } }
        let worker = try run.startWorker(["--connections", "8"])
        try CampaignRun.system("taskset", ["-a", "-c", "-p", "0", "\(worker.pid)"])
        try await run.must(["campaign", "start", "c"])
        try await Task.sleep(for: .seconds(seconds))
        try await run.must(["campaign", "cancel", "c"])
        for burner in burners { kill(burner.processIdentifier, SIGKILL) }
        try CampaignRun.system("taskset", ["-a", "-c", "-p", "0-63", "\(worker.pid)"])
        try await poll("what is in hand does not finish", limit: .seconds(180)) {
            try await run.queue().inFlight == 0
        }

        let accepted = try run.accepted()
        #expect(!worker.errors.contains("lease"), "\(worker.errors)")
        #expect(!run.coordinator.errors.contains("lease ran out"), "\(run.coordinator.errors)")
        #expect(accepted.values.allSatisfy { $0 == 1 }, "nobody got it twice")
        #expect(!accepted.isEmpty)
        print("busy for \(seconds) s: \(accepted.count) messages of 300 KB, no lease lost")
        let audit = try await run.run(["audit"])
        #expect(audit.status == 0, "\(audit.output)")
        try await run.stop()
    }
}
