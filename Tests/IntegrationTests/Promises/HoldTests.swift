import Foundation
import TestSupport
import Testing

@Suite("What may have been sent already is held or sent again, as its campaign says")
struct HoldPromises {
    /// Contacts of the campaign with kills; a bigger run is `POSTRIDER_HOLD_CONTACTS=50000 swift test --filter HoldPromises`.
    private static let contacts = size("POSTRIDER_HOLD_CONTACTS", usually: 3000)

    @Test("Workers killed at random under hold: nobody is lost, and nobody gets it twice", .timeLimit(.minutes(10)))
    func kills() async throws {
        let run = try await CampaignRun()
        var generator = SplitMix(state: 5)
        // Some are in the air for a second and a half, so that each kill meets one.
        let slow = max(40, Self.contacts / 100)
        let addresses = people(Self.contacts) + people(slow, "slow") + people(10, "drop")
        try await run.must(["pace", "set", "*", "--rate", "\(max(20, Self.contacts / 200))/1s", "--burst", "10"])
        try await run.createCampaign("c", to: addresses.shuffled(using: &generator), ["--in-doubt", "hold"])
        let arguments = ["--connections", "4", "--lease", "4s"]
        for _ in 0..<4 { try run.startWorker(arguments) }
        try await run.must(["campaign", "start", "c"])
        try await run.waitUntilSent(1)
        let kills = 12
        for _ in 0..<kills {
            try await Task.sleep(for: .milliseconds(Int.random(in: 300...1000, using: &generator)))
            try run.replaceWorker(Int.random(in: 0..<4, using: &generator), arguments)
        }
        try await poll("not all but those in doubt are done: \(run.coordinator.errors)", limit: .seconds(120)) {
            let (sent, held) = try await (run.statistics().count("Sent"), run.held().count)
            return sent + held == addresses.count
        }
        let held = try await run.held()
        #expect(held.count >= 10, "whose connection was closed after the final dot, at least")
        // The simulator writes its log with some delay.
        try await Task.sleep(for: .milliseconds(300))
        let before = try run.accepted()
        #expect(before.values.allSatisfy { $0 == 1 }, "nothing was sent twice")
        let first = try #require(held.first)
        #expect(try await run.must(["contacts", "show", first]).contains("in doubt: held"))

        let sent = held.filter { before[$0] != nil }
        if !sent.isEmpty { try await run.must(["campaign", "resolve", "c", "--sent"] + sent) }
        try await run.must(["campaign", "resolve", "c", "--resend"])
        // Who drops the connection and had not been sent to yet is in doubt once more.
        try await poll("those in doubt are not resolved: \(run.coordinator.errors)") {
            let (sent, held) = try await (run.statistics().count("Sent"), run.held())
            // Refused when the book has heard of it meanwhile.
            if !held.isEmpty { _ = try await run.run(["campaign", "resolve", "c", "--resend"] + held) }
            return sent == addresses.count
        }
        let duplicates = try await run.finishWithAllSent(addresses)
        #expect(duplicates == 0)
        #expect(try await run.held().isEmpty)
        let (air, decisions) = (try run.decisions().filter { $0.reply.isEmpty }.count, try run.decisions())
        let seconds = decisions[decisions.count - 1].time - decisions[0].time
        print(
            "hold: contacts \(addresses.count), kills \(kills), lost 0, duplicates \(duplicates); in doubt \(held.count): "
                + "\(air) dropped, \(sent.count) sent, \(held.count - air - sent.count) not sent; \(seconds) s")
        try await run.stop()
    }

    @Test("What lost its connection after the final dot goes again with the same Message-ID", .timeLimit(.minutes(2)))
    func resend() async throws {
        let run = try await CampaignRun()
        let addresses = people(12, "drop") + people(30)
        try await run.createCampaign("c", to: addresses)
        try run.startWorker()
        try await run.must(["campaign", "start", "c"])
        #expect(try await run.finishWithAllSent(addresses) == 0)
        let decisions = try run.decisions().filter { $0.messageID != nil }
        let ids = Dictionary(grouping: decisions, by: \.recipient).mapValues { Set($0.map(\.messageID)) }
        #expect(decisions.count == 12 * 2 + 30)
        #expect(ids.count == 42 && ids.values.allSatisfy { $0.count == 1 }, "one for each contact, at every attempt")
        #expect(Set(ids.values.flatMap(\.self)).count == 42)
        try await run.stop()
    }
}

extension CampaignRun {
    /// The addresses that `campaign in-doubt` lists.
    fileprivate func held() async throws -> [String] {
        struct List: Decodable {
            struct Held: Decodable { var address: String }
            var held: [Held]
        }
        let output = try await must(["campaign", "in-doubt", "c", "--format", "json"])
        return try JSONDecoder().decode(List.self, from: Data(output.utf8)).held.map(\.address)
    }
}
