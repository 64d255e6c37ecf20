import Foundation
import TestSupport
import Testing

@Suite("Kills in the middle of a campaign", .serialized)
struct KillTests {
    /// Contacts of the campaign; a bigger run is `POSTRIDER_KILL_CONTACTS=20000 swift test --filter KillTests`.
    private static let contacts =
        ProcessInfo.processInfo.environment["POSTRIDER_KILL_CONTACTS"].flatMap { Int($0) } ?? 2000

    @Test(
        "Workers killed at random and a coordinator killed twice: nobody is lost, the books add up",
        .timeLimit(.minutes(15)))
    func killWorkersAndCoordinator() async throws {
        let run = try await CampaignRun()
        var generator = SplitMix(state: 11)
        let kinds = [
            "ok", "ok", "ok", "ok", "deferred-2-", "full-1-", "greylist", "bounce", "spam", "full", "ok", "deferred-3-",
        ]
        let addresses = (0..<Self.contacts).map { "\(kinds[$0 % kinds.count])\($0)@site\($0 % 37).example" }
        try await run.prepareCampaign(addresses: addresses)
        for _ in 0..<4 { try run.startWorker(["--connections", "2"]) }
        try await run.must(["campaign", "start", "c"])

        var kills = 0
        for round in 1...12 {
            try await Task.sleep(for: .seconds(1))
            try run.replaceWorker(Int.random(in: 0..<4, using: &generator))
            kills += 1
            if round == 3 || round == 8 { try await run.replaceCoordinator() }
        }
        let end = try await run.finish(limit: .seconds(600))

        let accepted = try run.accepted()
        let good = Set(
            addresses.filter {
                !$0.hasPrefix("bounce") && !$0.hasPrefix("spam") && !$0.hasPrefix("full") || $0.hasPrefix("full-1-")
            })
        #expect(Set(accepted.keys) == good, "accepted are exactly those who accept")
        #expect(end.outcomes["Sent"] == good.count)
        #expect(end.audience == addresses.count)
        #expect(end.outcomes.values.reduce(0, +) == addresses.count)
        #expect(end.licences.charged == good.count && end.licences.reserved == 0)
        // A killed worker can have had no more accepted and untold than its two windows of 32, and what it had not flushed (50).
        let duplicates = accepted.values.reduce(0) { $0 + $1 - 1 }
        #expect(duplicates <= kills * (2 * 32 + 50))
        print(
            "contacts \(addresses.count), worker kills \(kills), coordinator kills 2, lost 0, duplicates \(duplicates)")
        let audit = try await run.run(["audit"])
        #expect(audit.status == 0, "\(audit.output)")
        try await run.stop()
    }
}

/// A seeded generator, so that a failing run can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
