import Foundation
import TestSupport
import Testing

@Suite("A whole campaign with real processes", .serialized)
struct CampaignTests {
    @Test(
        "Every behaviour of a recipient ends in its outcome, and the simulator's log says the same",
        .timeLimit(.minutes(5)))
    func everyBehaviour() async throws {
        let run = try await CampaignRun()
        let kinds = [
            "ok", "bounce", "full", "full-1-", "full-2-", "toobig", "spam", "rejected", "blocked", "greylist",
            "deferred-1-",
            "deferred-3-", "drop", "slow", "plain",
        ]
        // A server that blocks us blocks its whole site, so each has one of its own.
        var addresses = kinds.flatMap { kind in
            (0..<6).map { "\(kind)\($0)@\(kind == "blocked" ? "wall\($0)" : "site\($0 % 3)").example" }
        }
        addresses += ["not an address", "OK0@SITE0.example", "gone@site1.example"]
        try await run.prepareCampaign(addresses: addresses)
        try await run.must(["suppressions", "add", "gone@site1.example"])
        for _ in 0..<2 { try run.startWorker() }
        try await run.must(["campaign", "start", "c"])
        let end = try await run.finish(limit: .seconds(120))
        #expect(
            end.outcomes == [
                "Queued": 0, "Sent": 54, "Invalid": 1, "Duplicated": 1, "Unsubscribed": 1, "Rejected": 6, "Spam": 6,
                "Bounced": 24, "Soft Bounced": 0, "Deferred": 0,
            ])
        #expect(end.licences.charged == 54)
        #expect(end.licences.released == 36)
        let accepted = try run.accepted()
        #expect(accepted.count == 54)
        #expect(accepted.values.allSatisfy { $0 == 1 }, "nobody got it twice")
        try await run.must(["audit", "c"])

        let history = try await run.must(["contacts", "show", "full-1-0@site0.example"])
        #expect(history.contains("mailbox_full") && history.contains("Soft Bounced") && history.contains("Sent"))
        try await run.stop()
    }

    @Test("Pause stops it, resume lets it go on, a second start is refused, cancel ends it", .timeLimit(.minutes(5)))
    func control() async throws {
        let run = try await CampaignRun()
        try await run.prepareCampaign(addresses: (0..<300).map { "deferred-1-\($0)@site.example" })
        try await run.must(["campaign", "start", "c"])
        let second = try await run.run(["campaign", "start", "c"])
        #expect(second.status != 0 && second.errors.contains("c"))
        try await run.must(["campaign", "pause", "c"])
        try run.startWorker()
        #expect(try await run.statistics().attempts == 0)
        try await run.must(["campaign", "resume", "c"])
        try await poll("nothing is attempted after resume") { try await run.statistics().attempts > 0 }
        try await run.must(["campaign", "cancel", "c"])
        let end = try await run.statistics()
        #expect(end.state == "cancelled")
        #expect(end.licences.reserved == 0)
        try await run.must(["audit"])
        try await run.stop()
    }

    @Test("A second coordinator on the same directory is refused by the name of the first", .timeLimit(.minutes(2)))
    func secondCoordinator() async throws {
        let run = try await CampaignRun()
        let second = try await Postrider.run(["coordinator", "--data", run.data, "--listen", "127.0.0.1:0"])
        #expect(second.status != 0)
        #expect(second.errors.contains("\(run.coordinator.pid)"), "\(second.errors)")
        let third = try await Postrider.run([
            "coordinator", "--data", run.path("other"), "--listen", "127.0.0.1:0", "--redis",
            "unix://\(run.data)/redis.sock",
        ])
        #expect(third.status != 0)
        #expect(third.errors.contains("\(run.coordinator.pid)"), "\(third.errors)")
        try await run.stop()
    }

    @Test("Without licences a campaign waits and says so; a top-up lets it go on", .timeLimit(.minutes(2)))
    func licences() async throws {
        let run = try await CampaignRun()
        try run.write("people.csv", "email\n" + (0..<20).map { "ok\($0)@site.example\n" }.joined())
        try run.write("text.txt", "Hello\n")
        try await run.must(["contacts", "import", run.path("people.csv"), "--list", "l"])
        try await run.must([
            "campaign", "create", "c", "--list", "l", "--from", "s@example.org", "--subject", "x", "--text",
            run.path("text.txt"),
        ])
        try run.startWorker()
        try await run.must(["campaign", "start", "c"])
        try await poll("it does not wait") { try await run.statistics().state == "waiting" }
        try await run.must(["licences", "add", "5"])
        try await poll("five are not sent") { try await run.statistics().outcomes["Sent"] == 5 }
        try await run.must(["licences", "add", "15"])
        let end = try await run.finish(limit: .seconds(30))
        #expect(end.outcomes["Sent"] == 20 && end.licences.charged == 20)
        try await run.stop()
    }
}
