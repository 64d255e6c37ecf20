import Foundation
import TestSupport
import Testing

@Suite("Sites get what they can take")
struct SitePacePromises {
    /// How much closer two messages may arrive than they were let go, in seconds.
    ///
    /// On a machine that does nothing else it is a few hundredths; but all tests may run at once on two processors. A rate that is
    /// kept by each worker for itself, or not at all, is found out nevertheless.
    private static let jitter = 1.0

    @Test("Two workers and two campaigns keep to a site's rate together, and hold up no other", .timeLimit(.minutes(2)))
    func rate() async throws {
        let run = try await CampaignRun()
        try await run.must(["pace", "set", "calm.example", "--rate", "600/1m", "--burst", "5"])
        for name in ["a", "b"] {
            let calm = (0..<60).map { "ok.\(name)\($0)@calm.example" }
            try await run.createCampaign(name, to: people(300, "ok.\(name)") + calm)
        }
        for _ in 0..<2 { try run.startWorker() }
        try await poll("the workers do not come") { try await run.queue().workers.count == 2 }
        for name in ["a", "b"] { try await run.must(["campaign", "start", name]) }
        try await poll("the other sites are not done") { try run.acceptances().count >= 620 }
        let demand = try await run.demand(overSeconds: 2)
        try await run.finish(["a", "b"])

        let decisions = try await run.decisions(accepted: 720)
        #expect(decisions.count == 720 && decisions.allSatisfy(\.isAccepted))
        let calm = decisions.filter { $0.site == "calm.example" }.map(\.time)
        let others = decisions.filter { $0.site != "calm.example" }.map(\.time)
        let excess = excess(of: calm, burst: 5, interval: 0.1, tolerance: Self.jitter)
        #expect(excess <= 0, "more than the site allows")
        let duration = calm[119] - calm[0]
        #expect(duration <= 11.5 * 1.5, "not much less than it allows")
        #expect(others[599] < calm[119], "the others do not wait for it")
        // Both workers wait for each message; the one that gets it asks what else there is.
        #expect(demand.claims <= 2 * 10 * 3 + 10)
        print(
            "600/1m: 120 in \(duration) s, others done after \(others[599] - others[0]) s, most above the allowance \(excess); "
                + "in 2 s with 20 messages \(demand.claims) claims")
        try await run.stop()
    }

    @Test("A site that must wait costs no command until its time", .timeLimit(.minutes(2)))
    func parked() async throws {
        let run = try await CampaignRun()
        try await run.must(["pace", "set", "calm.example", "--rate", "1/1h"])
        try await run.createCampaign("a", to: (0..<500).map { "ok\($0)@calm.example" })
        for _ in 0..<2 { try run.startWorker() }
        try await poll("the workers do not come") { try await run.queue().workers.count == 2 }
        try await run.must(["campaign", "start", "a"])
        try await poll("the first message does not go") { try run.acceptances().count == 1 }
        try await poll("it is not booked") { try await run.statistics(of: "a").count("Sent") == 1 }
        let demand = try await run.demand(overSeconds: 4)
        // With nothing to do a worker looks once a second whether there is something new.
        #expect(demand.claims <= 2 * 4 + 4)
        print("499 waiting for an hour, two workers, 4 s: \(demand.claims) claims, \(demand.commands) commands in all")
        try await run.must(["campaign", "cancel", "a"])
        try await run.stop()
    }

    @Test("No more messages are under way to a site than it has connections", .timeLimit(.minutes(2)))
    func connections() async throws {
        let run = try await CampaignRun()
        try await run.must(["pace", "set", "narrow.example", "--connections", "3"])
        let slow = (0..<12).map { "slow\($0)@narrow.example" }
        let quick = (0..<150).map { "ok\($0)@narrow.example" }
        try await run.createCampaign("a", to: slow + quick + people(300))
        for _ in 0..<2 { try run.startWorker() }
        try await run.must(["campaign", "start", "a"])
        try await run.finish(["a"])
        let decisions = try await run.decisions(accepted: 462)
        // A slow mailbox takes a second and a half: its message was under way for that long at least.
        let ends = decisions.filter { $0.recipient.hasPrefix("slow") }.map(\.time)
        let underWay = ends.map { end in ends.count { $0 >= end && $0 - 1.5 < end - 0.01 } }
        #expect(try #require(underWay.max()) <= 3)
        let narrow = decisions.filter { $0.recipient.hasPrefix("ok") && $0.site == "narrow.example" }.map(\.time)
        let quickTime = narrow[149] - narrow[0]
        #expect(quickTime <= 25, "not three each second: the next ones go as soon as there is room")
        let others = decisions.filter { $0.site != "narrow.example" }.map(\.time)
        #expect(try #require(others.last) < #require(ends.last), "the others do not wait for it")
        print("3 connections: at most \(underWay.max() ?? 0) slow ones at once, then 150 quick ones in \(quickTime) s")
        try await run.stop()
    }

    @Test(
        "A site that asks for less soon gets what it takes, and others go on as before", .timeLimit(.minutes(3)),
        arguments: ["limit", "strict"])
    func backOff(_ label: String) async throws {
        let run = try await CampaignRun()
        let site = "\(label)-50.example"
        let contacts = 600
        try await run.createCampaign("a", to: (0..<contacts).map { "ok\($0)@\(site)" } + people(300))
        for _ in 0..<3 { try run.startWorker(["--back-off", "1s", "--connections", "2"]) }
        try await run.must(["campaign", "start", "a"])
        let end = try await run.finish(["a"])[0]
        #expect(end.count("Sent") == contacts + 300, "all have it in the end")
        let decisions = try await run.decisions(accepted: contacts + 300)
        let there = decisions.filter { $0.site == site }
        let accepted = there.filter(\.isAccepted).map(\.time)
        let others = decisions.filter { $0.site != site && $0.isAccepted }.map(\.time)
        let refusals = there.count - accepted.count
        let time = try #require(accepted.last) - accepted[0]
        // After the first blow, for which it takes what was on its way already, it is asked for little more than it takes. Without
        // backing off, each second would see all that are left refused but 50: 3300 in all.
        #expect(refusals <= 2 * 3 * 2 * 32)
        let steady = accepted.filter { $0 >= accepted[0] + 4 }
        let rate = Double(steady.count) / (time - 4)
        // On a busy machine late replies of other workers count as further incidents, and each halves the rate.
        #expect((3...51).contains(rate), "no more than it takes, and not nothing")
        #expect(try #require(others.last) - others[0] <= time / 2, "the other site is not slowed")
        print(
            "\(site): \(refusals) refusals, \(contacts) accepted in \(time) s, \(rate) a second after the first 4 s; "
                + "the other site's 300 in \(try #require(others.last) - others[0]) s")
        try await run.stop()
    }

    @Test("A site that refuses us costs a contact for each probe, and no other", .timeLimit(.minutes(2)))
    func blocked() async throws {
        let run = try await CampaignRun()
        let wall = (0..<100).map { "ok\($0)@wall-3s.example" }
        let low = (0..<100).map { "ok\($0)@wall-3.example" }
        try await run.createCampaign("a", to: wall + low + people(100))
        for _ in 0..<2 { try run.startWorker(["--probe-interval", "200ms"]) }
        try await run.must(["campaign", "start", "a"])
        let end = try await run.finish(["a"])[0]
        let decisions = try await run.decisions(accepted: end.count("Sent"))
        let refused = Dictionary(grouping: decisions.filter { !$0.isAccepted }, by: \.site).mapValues(\.count)
        let acceptedRecipients = Set(decisions.filter(\.isAccepted).map(\.recipient))
        let burnt = (wall + low).filter { !acceptedRecipients.contains($0) }
        #expect(end.count("Bounced") == burnt.count)
        #expect(end.count("Sent") == 300 - burnt.count)
        // Each worker may find out for itself; then there is one probe after 0.2, 0.4, 0.8, 1.6 and 3.2 seconds.
        #expect(burnt.count { $0.hasSuffix("@wall-3s.example") } <= 2 + 5)
        #expect(burnt.count { $0.hasSuffix("@wall-3.example") } <= 3)
        #expect(end.attempts == 300, "nobody is charged an attempt for what was said to all")
        print("walls: \(refused) refused, \(burnt.count) contacts burnt, \(end.attempts) attempts")
        try await run.stop()
    }
}
