import Contacts
import Delivery
import Foundation
import TestSupport
import Testing

@Suite("Held messages by the command line alone")
struct CommandLineHeldTests {
    /// A campaign to seven contacts, fed: three are in doubt and two dead, as the book says; Redis has lost its data since.
    private func campaign() async throws -> CampaignRun {
        let run = try await CampaignRun()
        try run.write("people.csv", "email\n" + (0..<7).map { "ok\($0)@site.example\n" }.joined())
        try run.write("text.txt", "Hello\n")
        try await run.must(["contacts", "import", run.path("people.csv"), "--list", "l"])
        try await run.must(["licences", "add", "7"])
        try await run.must([
            "campaign", "create", "c", "--list", "l", "--from", "s@example.org", "--subject", "Hi", "--text",
            run.path("text.txt"), "--in-doubt", "hold",
        ])
        try await run.must(["campaign", "start", "c"])
        try await poll("nothing is fed") {
            try await run.must(["queue", "status", "--format", "json"]).contains("\"waiting\":7")
        }
        try await run.restartCoordinator {
            let book = try ContactBook(directory: run.data)
            let id = try await book.campaign(named: "c").mailings[0].id
            let holds = [(0, HoldKind.inDoubt), (1, .inDoubt), (2, .inDoubt), (3, .dead), (4, .dead)].map {
                StatusChange(
                    job: .init(mailing: id, ordinal: $0.0), time: .now, outcome: .queued, reason: $0.1.reason,
                    rule: "C3", phase: .dot, attempt: 0, reply: "connection lost")
            }
            _ = try await book.book(holds, streamPosition: "1-0", shard: 0, at: .now)
            try book.close()
            try FileManager.default.removeItem(atPath: run.data + "/redis")
        }
        return run
    }

    @Test("they are shown everywhere, and each decision is carried out exactly once", .timeLimit(.minutes(3)))
    func decisions() async throws {
        let run = try await campaign()
        let listed = try await run.must(["campaign", "in-doubt", "c", "--format", "csv"])
        let rows = listed.split(separator: "\n").map(String.init)
        #expect(rows[0] == "campaign,address,ordinal,since,reason,mailing")
        #expect(
            rows.dropFirst().map { $0.prefix(18) } == (0..<3).map { "c,ok\($0)@site.example" }.map { $0.prefix(18) })
        #expect(rows[1].hasSuffix(",connection lost,invitation"))
        let status = try await run.must(["campaign", "status", "c"])
        #expect(status.contains("in doubt: 3 held; see: postrider campaign in-doubt c"))
        #expect(status.contains("dead: 2 held; see: postrider queue dead list c"))
        #expect(status.contains("what is in doubt is held"))
        #expect(try await run.must(["contacts", "show", "ok0@site.example"]).contains("in doubt: held"))
        #expect(try await run.must(["queue", "dead", "list", "--format", "json"]).contains("\"ok4@site.example\""))
        try await poll("the emptied Redis is not told what is held") {
            let queue = try await run.must(["queue", "status", "--format", "json"])
            return queue.contains("\"inDoubt\":3") && queue.contains("\"dead\":2")
        }

        let refused = try await run.run([
            "campaign", "resolve", "c", "--resend", "ok1@site.example", "ok3@site.example",
        ])
        #expect(refused.status == 1)
        #expect(refused.errors.contains("ok3@site.example is not held in doubt"))
        let undecided = try await run.run(["campaign", "resolve", "c"])
        #expect(undecided.status == 64)

        #expect(
            try await run.must(["campaign", "resolve", "c", "--sent", "ok0@site.example"])
                == "1 message is counted as sent.\n")
        try await poll("the decision is not booked") {
            try await run.must(["campaign", "stats", "c"]).contains("in doubt  2 held")
        }
        #expect(try await run.must(["campaign", "resolve", "c", "--resend"]) == "2 messages are sent again.\n")
        #expect(
            try await run.must(["queue", "dead", "drop", "c", "ok3@site.example"]) == "1 message is given up.\n")
        try await poll("the decision is not booked") {
            try await run.must(["campaign", "stats", "c"]).contains("dead      1 held")
        }
        #expect(try await run.must(["queue", "dead", "retry", "c"]) == "1 message is tried again.\n")

        try run.startWorker()
        let end = try await run.finish(limit: .seconds(60))
        #expect(end.outcomes.filter { $0.value > 0 } == ["Sent": 6, "Bounced": 1])
        #expect(end.licences.charged == 6)
        let expected = ["ok1", "ok2", "ok4", "ok5", "ok6"].map { ("\($0)@site.example", 1) }
        let accepted = try run.accepted()
        #expect(accepted == [String: Int](uniqueKeysWithValues: expected))
        try await run.must(["audit", "c"])
        #expect(try await run.must(["campaign", "in-doubt", "c"]) == "no messages in doubt\n")
        #expect(try await run.must(["queue", "dead", "list"]) == "no messages on the dead list\n")
        try await run.stop()
    }

    @Test("a site's limit and a campaign's terms are changed on the way", .timeLimit(.minutes(3)))
    func terms() async throws {
        let run = try await CampaignRun()
        try await run.prepareCampaign(addresses: (0..<40).map { "ok\($0)@site.example" })
        try await run.must(["pace", "set", "site.example", "--rate", "1/5s", "--connections", "2"])
        try await run.must(["campaign", "start", "c"])
        try run.startWorker()
        try await poll("the first message does not go") { try await run.statistics().outcomes["Sent"] == 1 }
        let shown = try await run.must(["pace", "show"])
        #expect(shown.contains("1/5s, connections 2"))
        #expect(shown.contains(/rests [1-5] s/), "\(shown)")

        let closed = try await run.run(["campaign", "set", "c", "--weekdays", "mon", "--time-zone", "Nowhere"])
        #expect(closed.status == 64)
        let set = try await run.must(["campaign", "set", "c", "--quota", "100000/1h", "--weight", "3"])
        #expect(set.contains("at most 100,000 an hour, with weight 3"))
        #expect(
            try await run.must(["pace", "set", "site.example", "--rate", "1000/1s"]).contains("1000/1s, connections 2"))
        #expect(try await run.must(["campaign", "set", "c", "--quota", "none"]).contains("with weight 3"))
        let end = try await run.finish(limit: .seconds(60))
        #expect(end.outcomes["Sent"] == 40)
        #expect(try await run.must(["pace", "unset", "site.example"]) == "site.example: no limit of its own\n")
        let again = try await run.run(["pace", "unset", "site.example"])
        #expect(again.status == 1)
        #expect(again.errors.contains("postrider pace show"))
        try await run.stop()
    }
}
