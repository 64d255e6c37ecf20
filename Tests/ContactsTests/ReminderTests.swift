import Delivery
import Testing

@testable import Contacts

@Suite("Reminders")
struct ReminderTests {
    /// A campaign sent to ten contacts: 0 to 5 are Sent, of whom 1 completed the survey; 6 bounced, 7 is Deferred, 8 is a duplicate,
    /// 9 is no address.
    private func sent(_ fixture: BookFixture) async throws -> MailingID {
        let id = try await fixture.fed((0..<8).map { "p\($0)@x.org" } + ["p3@x.org", "nobody"])
        try await fixture.book(
            (0..<6).map { change(id, $0, .sent, .accepted, phase: .dot) }
                + [change(id, 6, .bounced, .noSuchUser), change(id, 7, .deferred, .greylisted)])
        try await completed(fixture, id, 1)
        return id
    }

    private func completed(_ fixture: BookFixture, _ mailing: MailingID, _ ordinal: UInt32) async throws {
        let report = try await fixture.book.book(interviews: [
            EngagementEvent(.completed, job: DeliveryJob.ID(mailing: mailing, ordinal: ordinal), at: BookFixture.now)
        ])
        #expect(report.unknown.isEmpty)
    }

    private func reminder(
        _ fixture: BookFixture, of mailing: String = "invitation", name: String? = nil,
        _ filter: AudienceFilter = .usual, replacing: Bool = false
    ) async throws -> Mailing {
        let record = ReminderRecord(
            name: name, selection: AudienceSelection(of: mailing, filter), template: "{}", retry: "{}")
        return try await fixture.book.createReminder(
            campaign: "survey", record, replacing: replacing, at: BookFixture.now)
    }

    /// Starts a reminder and lays it down, `limit` decisions at a time.
    private func laidDown(_ fixture: BookFixture, _ id: MailingID, limit: Int = 100) async throws {
        try await fixture.book.start(id, at: BookFixture.now)
        while try await !fixture.book.prepare(id, limit: limit, at: BookFixture.now).isComplete {}
    }

    private func addresses(_ fixture: BookFixture, in mailing: String) async throws -> [String] {
        try await fixture.book.audience(campaign: "survey", mailing: mailing, AudienceFilter(), limit: 100)
            .map(\.address)
    }

    private func expectBalance(_ fixture: BookFixture) async throws {
        let audit = try await fixture.book.audit()
        #expect(audit.isBalanced, "\(audit.checks.filter { !$0.ok })")
    }

    @Test("whom a reminder goes to is decided when it is laid down, not when it is made")
    func audience() async throws {
        let fixture = try BookFixture()
        let invitation = try await sent(fixture)
        let made = try await reminder(fixture)
        #expect((made.name, made.state, made.audience) == ("reminder", .draft, nil))
        #expect(made.selection == AudienceSelection(of: "invitation", .usual))
        #expect(try await fixture.book.mailing(invitation).selection == nil)

        // What happens meanwhile counts: one more completes the survey, one leaves, and one gets its invitation at last.
        try await completed(fixture, invitation, 0)
        try await fixture.book([
            change(invitation, 2, .unsubscribed, .optOut, phase: .web, attempt: 0),
            change(invitation, 7, .sent, .accepted, phase: .dot, attempt: 2),
        ])
        try await laidDown(fixture, made.id)
        #expect(try await addresses(fixture, in: "reminder") == [3, 4, 5, 7].map { "p\($0)@x.org" })
        let mailing = try await fixture.book.mailing(made.id)
        #expect((mailing.state, mailing.audience, mailing.prepared) == (.running, 4, 4))
        // Who completes it after being laid down stays in.
        try await completed(fixture, invitation, 3)
        #expect(try await addresses(fixture, in: "reminder").count == 4)
        try await expectBalance(fixture)
    }

    @Test("a book closed in the middle of laying down goes on where it was", arguments: [1, 2, 3, 7, 10, 50])
    func resumes(limit: Int) async throws {
        let fixture = try BookFixture()
        _ = try await sent(fixture)
        let id = try await reminder(fixture).id
        try await fixture.book.start(id, at: BookFixture.now)
        var progress = try await fixture.book.prepare(id, limit: limit, at: BookFixture.now)
        while !progress.isComplete {
            try fixture.reopen()
            try await expectBalance(fixture)
            progress = try await fixture.book.prepare(id, limit: limit, at: BookFixture.now)
        }
        #expect(progress.prepared == 5)
        #expect(try await addresses(fixture, in: "reminder") == [0, 2, 3, 4, 5].map { "p\($0)@x.org" })
        try await expectBalance(fixture)
        await #expect(throws: ContactBookError.self) { _ = try await fixture.book.prepare(id, at: BookFixture.now) }
    }

    @Test("each contact is decided about once, whatever changes while the audience is laid down")
    func changing() async throws {
        let fixture = try BookFixture()
        let invitation = try await sent(fixture)
        let id = try await reminder(fixture).id
        try await fixture.book.start(id, at: BookFixture.now)
        #expect(try await fixture.book.prepare(id, limit: 4, at: BookFixture.now).prepared == 3)
        // 0 has been decided about, 4 has not.
        try await completed(fixture, invitation, 0)
        try await completed(fixture, invitation, 4)
        #expect(try await fixture.book.prepare(id, limit: 100, at: BookFixture.now).isComplete)
        #expect(try await addresses(fixture, in: "reminder") == [0, 2, 3, 5].map { "p\($0)@x.org" })
        try await expectBalance(fixture)
    }

    @Test("suppressed, invalid and duplicated contacts that fit have their outcome at once, as in an invitation")
    func withheld() async throws {
        let fixture = try BookFixture()
        _ = try await sent(fixture)
        _ = try await fixture.book.addSuppressions(["p4@x.org"], at: BookFixture.now)
        var filter = AudienceFilter()
        filter.completed = false
        let forecast = try await fixture.book.forecast(
            campaign: "survey", AudienceSelection(of: "invitation", filter))
        #expect((forecast.contacts, forecast.reached, forecast.unsettled) == (9, 5, 1))
        #expect(forecast.withheld == ["Unsubscribed": 1, "Bounced": 1, "Duplicated": 1, "Invalid": 1])
        let id = try await reminder(fixture, filter).id
        try await laidDown(fixture, id, limit: 3)
        let numbers = try await fixture.book.statistics(campaign: "survey").mailings[1]
        #expect(
            numbers.outcomes.filter { $0.value > 0 }
                == ["Queued": 5, "Unsubscribed": 1, "Bounced": 1, "Duplicated": 1, "Invalid": 1])
        let history = try await fixture.book.history(ofAddress: "p4@x.org")
        #expect(history.deliveries.map(\.status) == ["Sent", "Unsubscribed"])
        #expect(history.deliveries[1].events.map(\.rule) == ["L3"])
        try await expectBalance(fixture)
    }

    @Test("each mailing has its licences, its history and its last status")
    func licences() async throws {
        let fixture = try BookFixture()
        _ = try await sent(fixture)
        _ = try await fixture.book.addLicences(5)
        let id = try await reminder(fixture).id
        try await laidDown(fixture, id)
        let batch = try await fixture.book.reserveBatch(
            mailing: id, from: 0, limit: 100, fieldNames: [], at: BookFixture.now)
        #expect(batch.jobs.map(\.job.address) == [0, 2, 3, 4, 5].map { "p\($0)@x.org" })
        #expect(batch.jobs.allSatisfy { $0.job.attempts == 0 && $0.job.id.mailing == id })
        try await fixture.book([
            change(id, 0, .sent, .accepted, phase: .dot, attempt: 3),
            change(id, 1, .bounced, .noSuchUser, attempt: 3),
        ])
        let mailings = try await fixture.book.statistics(campaign: "survey").mailings
        #expect(mailings.map(\.name) == ["invitation", "reminder"])
        #expect(mailings.map(\.licences.charged) == [6, 1])
        #expect(mailings.map(\.licences.reserved) == [1, 3])
        #expect(mailings[0].outcomes["Sent"] == 6)
        let bounced = try await fixture.book.contacts(inList: "people", lastStatus: [.bounced])
        #expect(bounced.map(\.address) == ["p2@x.org", "p6@x.org"])
        try await expectBalance(fixture)
    }

    @Test("an interview counts by whichever mailing's link the contact came to the survey")
    func interviews() async throws {
        let fixture = try BookFixture()
        _ = try await sent(fixture)
        let first = try await reminder(fixture)
        try await laidDown(fixture, first.id)
        // Places 0, 2, 3, 4, 5 of the invitation: the second of them answers by the reminder's link.
        try await completed(fixture, first.id, 1)
        let second = try await reminder(fixture)
        #expect(second.name == "reminder-2")
        try await laidDown(fixture, second.id, limit: 2)
        #expect(try await addresses(fixture, in: "reminder-2") == [0, 3, 4, 5].map { "p\($0)@x.org" })
        // The invitation's own list is the one that its number counts.
        var filter = AudienceFilter()
        filter.completed = true
        let done = try await fixture.book.audience(campaign: "survey", mailing: "invitation", filter, limit: 9)
        #expect(done.map(\.address) == ["p1@x.org"])
        let all = try await fixture.book.forecast(campaign: "survey", AudienceSelection(of: "invitation", filter))
        #expect(all.contacts == 2)
        try await expectBalance(fixture)
    }

    @Test("the last status over all mailings chooses, too")
    func lastStatus() async throws {
        let fixture = try BookFixture()
        let invitation = try await sent(fixture)
        let other = try await fixture.fed(["p2@x.org", "p3@x.org"], campaign: "other", list: "others")
        try await fixture.book([change(other, 0, .rejected, .policy, attempt: 5)])
        var filter = AudienceFilter()
        filter.outcomes = [.sent]
        filter.lastOutcomes = [.rejected, .queued]
        let id = try await reminder(fixture, filter).id
        try await laidDown(fixture, id, limit: 2)
        #expect(try await addresses(fixture, in: "reminder") == ["p2@x.org"])
        #expect(try await fixture.book.mailing(invitation).state == .running)
        try await expectBalance(fixture)
    }

    @Test("the audit finds a contact that is not of the earlier mailing, and contacts that were passed over")
    func audited() async throws {
        let fixture = try BookFixture()
        _ = try await sent(fixture)
        let id = try await reminder(fixture).id
        try await laidDown(fixture, id)
        try await fixture.importText("email\nlate@x.org\n")
        try await fixture.corrupt(
            """
            UPDATE deliveries SET contact = (SELECT max(id) FROM contacts) WHERE mailing = \(id) AND ordinal = 4;
            UPDATE audiences SET decided = 9;
            """)
        let wrong = try await fixture.book.audit().checks.filter { !$0.ok }.map(\.name)
        #expect(
            wrong == [
                "contacts of the earlier mailing that were decided about",
                "contacts that are not of the earlier mailing",
            ])
    }
}
