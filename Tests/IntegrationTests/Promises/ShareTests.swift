import Foundation
import TestSupport
import Testing

@Suite("Campaigns get their share, their quota and their hours")
struct SharePromises {
    @Test("A small campaign beside a big one ends in its share, not behind it", .timeLimit(.minutes(3)))
    func smallBesideBig() async throws {
        let run = try await CampaignRun()
        let big = size("POSTRIDER_SHARE_CONTACTS", usually: 10_000)
        try await run.createCampaign("big", to: people(big, "ok.big"))
        try await run.createCampaign("small", to: people(200, "ok.small"))
        for _ in 0..<2 { try run.startWorker(["--connections", "1"]) }
        try await run.must(["campaign", "start", "big"])
        try await poll("the big one does not begin") { try run.acceptances().count >= 500 }
        try await run.must(["campaign", "start", "small"])
        try await run.finish(["small"])
        #expect(try await run.statistics(of: "big").state == "running", "it is still at work")
        let decisions = try run.decisions()
        let first = try #require(decisions.firstIndex { $0.recipient.hasPrefix("ok.small") })
        let last = try #require(decisions.lastIndex { $0.recipient.hasPrefix("ok.small") })
        let beside = last - first + 1 - 200
        // Besides its equal share, what the two workers had in hand.
        #expect(beside <= 200 + 2 * 2 * 64)
        print("the small campaign's 200 went while the big one sent \(beside)")
        try await run.must(["campaign", "cancel", "big"])
        try await run.stop()
    }

    @Test("Of two campaigns the one of weight 3 gets three times as much", .timeLimit(.minutes(3)))
    func weights() async throws {
        let run = try await CampaignRun()
        try await run.createCampaign("heavy", to: people(3000, "ok.heavy"), ["--weight", "3"])
        try await run.createCampaign("light", to: people(3000, "ok.light"))
        for name in ["heavy", "light"] { try await run.must(["campaign", "start", name]) }
        try await poll("they are not fed") { try await run.queue().waiting == 6000 }
        for _ in 0..<2 { try run.startWorker(["--connections", "1"]) }
        try await run.finish(["heavy", "light"])
        let decisions = try await run.decisions(accepted: 6000)
        let end = try #require(decisions.lastIndex { $0.recipient.hasPrefix("ok.heavy") })
        let light = decisions[...end].count { $0.recipient.hasPrefix("ok.light") }
        #expect((800...1200).contains(light))
        print("while the heavy campaign sent 3000, the light one sent \(light)")
        try await run.stop()
    }

    @Test("A quota an hour lets a minute's worth go at once and then keeps its pace", .timeLimit(.minutes(2)))
    func quota() async throws {
        let run = try await CampaignRun()
        try await run.createCampaign("a", to: people(70), ["--quota", "3600/1h"])
        try await run.createCampaign("free", to: people(100, "ok.free"))
        for name in ["a", "free"] { try await run.must(["campaign", "start", name]) }
        for _ in 0..<2 { try run.startWorker() }
        try await run.finish(["a", "free"])
        let decisions = try await run.decisions(accepted: 170)
        let times = decisions.filter { !$0.recipient.hasPrefix("ok.free") }.map(\.time)
        #expect(times[59] - times[0] <= 0.9, "a minute's worth at once")
        let excess = excess(of: times, burst: 60, interval: 1, tolerance: 0.25)
        #expect(excess <= 0)
        #expect((9.5...13).contains(times[69] - times[59]), "then one each second")
        let free = decisions.filter { $0.recipient.hasPrefix("ok.free") }.map(\.time)
        #expect(try #require(free.last) - free[0] <= 2, "another campaign is not held up")
        print("3600/1h: 60 in \(times[59] - times[0]) s, the next 10 in \(times[69] - times[59]) s")
        try await run.stop()
    }

    @Test(
        "A campaign sends in its window only: one ends and another begins with the same minute", .timeLimit(.minutes(3))
    )
    func window() async throws {
        let run = try await CampaignRun()
        // Ten seconds at least are left for the first window.
        let now = Date().timeIntervalSince1970
        let boundary = ((now + 12) / 60).rounded(.up) * 60
        let (early, late) = (boundary - 120, boundary + 120)
        try await run.must(["pace", "set", "calm.example", "--rate", "2/1s"])
        try await run.createCampaign(
            "closes", to: (0..<200).map { "ok\($0)@calm.example" },
            ["--window", "\(Self.timeOfDay(early))-\(Self.timeOfDay(boundary))", "--time-zone", "UTC"])
        try await run.createCampaign(
            "opens", to: people(50, "ok.opens"),
            ["--window", "\(Self.timeOfDay(boundary))-\(Self.timeOfDay(late))", "--time-zone", "UTC"])
        for name in ["closes", "opens"] { try await run.must(["campaign", "start", name]) }
        for _ in 0..<2 { try run.startWorker() }
        try await run.finish(["opens"])
        try await Task.sleep(for: .seconds(2))
        let decisions = try run.decisions()
        let closing = decisions.filter { $0.site == "calm.example" }.map(\.time)
        let opening = decisions.filter { $0.recipient.hasPrefix("ok.opens") }.map(\.time)
        #expect(!closing.isEmpty && closing.count < 200)
        // What was claimed in the last moment may arrive in the next.
        #expect(try #require(closing.last) <= boundary + 0.25)
        #expect(try #require(closing.last) >= boundary - 1.5)
        #expect(opening[0] >= boundary)
        #expect(opening[49] <= boundary + 3)
        try await run.must(["campaign", "set", "closes", "--window", "none"])
        try await run.must(["pace", "unset", "calm.example"])
        try await run.finish(["closes"])
        print(
            "window: \(closing.count) until \(closing[closing.count - 1] - boundary) s from its end, "
                + "the next one's 50 from \(opening[0] - boundary) to \(opening[49] - boundary) s after its beginning")
        try await run.stop()
    }

    /// A time as `HH:MM` in UTC.
    private static func timeOfDay(_ time: TimeInterval) -> String {
        let minutes = Int(time) / 60 % (24 * 60)
        func two(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }
        return "\(two(minutes / 60)):\(two(minutes % 60))"
    }
}
