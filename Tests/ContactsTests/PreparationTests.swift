import Delivery
import Testing

@testable import Contacts

@Suite("Laying down the audience")
struct PreparationTests {
    @Test("invalid, duplicated and suppressed contacts get their outcome at once, the others are Queued")
    func outcomes() async throws {
        let fixture = try BookFixture()
        let suppressed = try await fixture.book.addSuppressions(
            ["GONE@x.org", "gone@x.org", "nonsense"], at: BookFixture.now)
        #expect((suppressed.added, suppressed.present, suppressed.invalid) == (1, 1, ["nonsense"]))
        _ = try await fixture.running(["a@x.org", "bad", "A@x.org", "gone@x.org", "gone@x.org", "bad", "b@x.org"])
        #expect(
            try await fixture.outcomes() == ["Queued": 2, "Invalid": 2, "Duplicated": 2, "Unsubscribed": 1])
        let gone = try await fixture.book.history(ofAddress: "gone@X.org")
        #expect(gone.suppression?.reason == "suppressed")
        #expect(gone.deliveries.map(\.status) == ["Unsubscribed", "Duplicated"])
        #expect(gone.deliveries[0].events.map(\.rule) == ["L3"])
        #expect(gone.deliveries[1].events.map(\.rule) == ["L2"])
        let bad = try await fixture.book.history(ofAddress: "bad")
        #expect(
            bad.deliveries.flatMap {
                $0.events.map { "\($0.outcome) \($0.reason) \($0.rule) \($0.phase) \($0.attempt)" }
            }
                == ["Invalid bad_syntax L1 local 0", "Invalid bad_syntax L1 local 0"])
        #expect(bad.contacts[0].problem?.isEmpty == false)
        let audit = try await fixture.book.audit(campaign: "survey")
        #expect(audit.isBalanced, "\(audit.checks.filter { !$0.ok })")
    }

    @Test("a book closed in the middle of laying down goes on where it was", arguments: [1, 3, 7, 10, 50])
    func resumes(limit: Int) async throws {
        let fixture = try BookFixture()
        let addresses = (0..<10).map { "p\($0)@x.org" } + ["p3@x.org", "nobody"]
        try await fixture.importText("email\n" + addresses.joined(separator: "\n"))
        let campaign = try await fixture.book.createCampaign(
            name: "survey", list: "people", template: "{}", retry: "{}", at: BookFixture.now)
        let id = campaign.mailings[0].id
        try await fixture.book.start(id, at: BookFixture.now)
        // Who comes later is not part of it.
        try await fixture.importText("email\nlate@x.org\n")
        var progress = try await fixture.book.prepare(id, limit: limit, at: BookFixture.now)
        while !progress.isComplete {
            try fixture.reopen()
            #expect(try await fixture.book.audit().isBalanced)
            progress = try await fixture.book.prepare(id, limit: limit, at: BookFixture.now)
        }
        #expect(progress.prepared == 12)
        let mailing = try await fixture.book.mailing(id)
        #expect((mailing.state, mailing.audience) == (.running, 12))
        #expect(try await fixture.outcomes() == ["Queued": 10, "Duplicated": 1, "Invalid": 1])
        let audit = try await fixture.book.audit()
        #expect(audit.isBalanced, "\(audit.checks.filter { !$0.ok })")
        await #expect(throws: ContactBookError.self) {
            try await fixture.book.prepare(id, at: BookFixture.now)
        }
    }

    @Test("a mailing without anybody to send to ends when it is fed; one without contacts at once")
    func nobody() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.running(["bad", "worse"])
        #expect(try await fixture.book.mailing(id).state == .running)
        let batch = try await fixture.book.reserveBatch(
            mailing: id, from: 0, limit: 10, fieldNames: [], at: BookFixture.now)
        #expect(batch.jobs.isEmpty)
        #expect(batch.nextOrdinal == 2)
        #expect(try await fixture.book.mailing(id).state == .finished)

        let empty = try await fixture.running([], campaign: "empty", list: "nobody")
        #expect(try await fixture.book.mailing(empty).state == .finished)
        #expect(try await fixture.book.audit().isBalanced)
    }
}
