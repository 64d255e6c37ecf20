import Delivery
import Foundation
import Testing

@testable import Contacts

@Suite("What reminders are refused for")
struct ReminderRefusalTests {
    private func record(_ name: String? = nil, of mailing: String = "invitation") -> ReminderRecord {
        ReminderRecord(name: name, selection: AudienceSelection(of: mailing, .usual), template: "{}", retry: "{}")
    }

    private func refusal(_ body: () async throws -> Void) async -> ContactBookError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? ContactBookError)?.code
        }
    }

    @Test("a reminder needs a campaign, an earlier mailing that was started, and a name of its own")
    func creation() async throws {
        let fixture = try BookFixture()
        let book = fixture.book
        _ = try await fixture.running(["a@x.org"])
        let now = BookFixture.now
        _ = try await book.createReminder(campaign: "survey", record("r"), at: now)
        func code(_ campaign: String, _ record: ReminderRecord, replacing: Bool = false) async
            -> ContactBookError.Code?
        {
            await refusal {
                _ = try await book.createReminder(campaign: campaign, record, replacing: replacing, at: now)
            }
        }
        #expect(await code("nobody", record()) == .unknownCampaign)
        #expect(await code("survey", record(of: "x")) == .unknownMailing)
        #expect(await code("survey", record(of: "r")) == .wrongState)
        #expect(await code("survey", record("r")) == .alreadyExists)
        #expect(await code("survey", record("invitation")) == .alreadyExists)
        #expect(await code("survey", record("invitation"), replacing: true) == .wrongState)
        #expect(await code("survey", record(" ")) == .badName)
        var bad = record()
        bad.options = "not JSON"
        #expect(await code("survey", bad) == .badArgument)
        #expect(try await book.campaign(named: "survey").mailings.map(\.name) == ["invitation", "r"])
    }

    @Test("a draft can be replaced, also by a reminder of a later one; a reminder that was started cannot")
    func replacing() async throws {
        let fixture = try BookFixture()
        let book = fixture.book
        _ = try await fixture.running(["a@x.org"])
        _ = try await book.createReminder(campaign: "survey", record("r"), at: BookFixture.now)
        var filter = AudienceFilter()
        filter.opened = false
        var other = record("r")
        other.selection.filter = filter
        other.template = #"{"text":"other"}"#
        other.files = [MailingFile(name: "a.txt", type: "text/plain", isInline: false, content: Data([1]))]
        let second = try await book.createReminder(campaign: "survey", other, replacing: true, at: BookFixture.now)
        #expect(try await book.campaign(named: "survey").mailings.map(\.number) == [1, second.number])
        #expect((second.template, second.selection?.filter) == (#"{"text":"other"}"#, filter))
        #expect(try await book.files(of: second.id).count == 1)
        let later = try await book.createReminder(campaign: "survey", record("later"), at: BookFixture.now)
        try await book.start(later.id, at: BookFixture.now)
        while try await !book.prepare(later.id, limit: 9, at: BookFixture.now).isComplete {}
        other.selection.of = "later"
        let third = try await book.createReminder(campaign: "survey", other, replacing: true, at: BookFixture.now)
        #expect((third.name, third.selection?.of) == ("r", "later"))
        #expect(try await book.campaign(named: "survey").mailings.map(\.name) == ["invitation", "later", "r"])
        try await book.start(third.id, at: BookFixture.now)
        let code = await refusal {
            _ = try await book.createReminder(campaign: "survey", other, replacing: true, at: BookFixture.now)
        }
        #expect(code == .wrongState)
    }

    @Test("a draft can be taken back; a reminder that was started, and an invitation, cannot")
    func discarding() async throws {
        let fixture = try BookFixture()
        let book = fixture.book
        _ = try await fixture.running(["a@x.org"])
        var first = record("r")
        first.selection.filter = AudienceFilter()
        first.files = [MailingFile(name: "a.txt", type: "text/plain", isInline: false, content: Data([1]))]
        _ = try await book.createReminder(campaign: "survey", first, at: BookFixture.now)
        #expect(await refusal { try await book.discardReminder(campaign: "survey", named: nil) } == .severalMailings)
        try await book.discardReminder(campaign: "survey", named: "r")
        #expect(try await book.campaign(named: "survey").mailings.map(\.name) == ["invitation"])
        #expect(await refusal { try await book.discardReminder(campaign: "survey", named: nil) } == .wrongState)
        // The next one has nothing of it.
        first.files = []
        let next = try await book.createReminder(campaign: "survey", first, at: BookFixture.now)
        #expect(try await book.files(of: next.id).isEmpty)
        try await book.start(next.id, at: BookFixture.now)
        #expect(await refusal { try await book.discardReminder(campaign: "survey", named: "r") } == .wrongState)
        #expect(try await book.audit().isBalanced)
    }

    @Test("which mailing is meant is never guessed")
    func several() async throws {
        let fixture = try BookFixture()
        let book = fixture.book
        let id = try await fixture.running(["a@x.org"])
        #expect(try await book.mailing(of: "survey", named: nil).id == id)
        _ = try await book.createReminder(campaign: "survey", record("r"), at: BookFixture.now)
        let code = await refusal { _ = try await book.mailing(of: "survey", named: nil) }
        #expect(code == .severalMailings)
        #expect(try await book.mailing(of: "survey", named: "invitation").id == id)
        #expect(await refusal { _ = try await book.mailing(of: "survey", named: "x") } == .unknownMailing)
        #expect(
            await refusal { _ = try await book.audience(campaign: "survey", AudienceFilter(), limit: 1) }
                == .severalMailings)
        let scopes = Set(try await book.audit(campaign: "survey", mailing: "r").checks.map(\.scope))
        #expect(scopes == ["survey/r", "book"])
    }

    @Test(
        "a reminder waits until the earlier mailing's audience is laid down; one of a cancelled mailing has who was laid down"
    )
    func early() async throws {
        let fixture = try BookFixture()
        let book = fixture.book
        try await fixture.importText("email\na@x.org\nb@x.org\nc@x.org\n")
        let invitation = try await book.createCampaign(
            name: "survey", list: "people", template: "{}", retry: "{}", at: BookFixture.now
        ).mailings[0].id
        #expect(
            await refusal { _ = try await book.createReminder(campaign: "survey", record(), at: BookFixture.now) }
                == .wrongState)
        try await book.start(invitation, at: BookFixture.now)
        _ = try await book.prepare(invitation, limit: 2, at: BookFixture.now)
        var all = record()
        all.selection.filter = AudienceFilter()
        let id = try await book.createReminder(campaign: "survey", all, at: BookFixture.now).id
        #expect(await refusal { try await book.start(id, at: BookFixture.now) } == .wrongState)
        #expect(
            await refusal { _ = try await book.forecast(campaign: "survey", all.selection) } == .wrongState)
        try await book.cancel(invitation, at: BookFixture.now)
        try await book.start(id, at: BookFixture.now)
        #expect(try await book.prepare(id, at: BookFixture.now) == PreparationProgress(prepared: 2, isComplete: true))
        let audit = try await book.audit()
        #expect(audit.isBalanced, "\(audit.checks.filter { !$0.ok })")
    }

    @Test("a filter is read as it was written, and a key that is misspelt is refused")
    func filters() throws {
        var filter = AudienceFilter.usual
        filter.outcomes = [.sent, .softBounced]
        filter.lastOutcomes = [.deferred]
        filter.opened = true
        filter.clicked = false
        filter.started = true
        let data = try JSONEncoder().encode(filter)
        #expect(try JSONDecoder().decode(AudienceFilter.self, from: data) == filter)
        #expect(try JSONDecoder().decode(AudienceFilter.self, from: Data("{}".utf8)) == AudienceFilter())
        for bad in [#"{"notCompleted":true}"#, #"{"status":["Gone"]}"#, #"{"opened":"no"}"#] {
            #expect(throws: DecodingError.self) {
                _ = try JSONDecoder().decode(AudienceFilter.self, from: Data(bad.utf8))
            }
        }
    }
}
