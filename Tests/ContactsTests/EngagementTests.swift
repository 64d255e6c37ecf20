import Delivery
import Foundation
import Testing

@testable import Contacts

@Suite("What contacts did with their messages")
struct EngagementTests {
    private static let addresses = ["a@x.org", "b@x.org", "c@x.org", "d@x.org"]

    private func event(
        _ kind: EngagementEvent.Kind, _ mailing: MailingID, _ ordinal: UInt32, at seconds: Int64 = 0
    ) -> EngagementEvent {
        EngagementEvent(
            kind, job: DeliveryJob.ID(mailing: mailing, ordinal: ordinal),
            at: UnixTime(milliseconds: BookFixture.now.milliseconds + seconds * 1000))
    }

    private func responses(_ fixture: BookFixture) async throws -> MailingResponses {
        try await fixture.book.statistics(campaign: "survey").mailings[0].responses
    }

    @Test("opens and clicks are counted, by contact and in all, and the first time of each is kept")
    func opens() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed(Self.addresses)
        let passedOver = try await fixture.book.book(engagements: [
            event(.opened, id, 0, at: 5), event(.opened, id, 0, at: 3), event(.clicked, id, 0, at: 7),
            event(.opened, id, 1), event(.opened, id, 99), event(.opened, MailingID(rawValue: 9), 0),
        ])
        #expect(passedOver == 2)
        #expect(try await fixture.book.book(engagements: [event(.opened, id, 0, at: 1), event(.clicked, id, 2)]) == 0)
        let sums = try await responses(fixture)
        #expect((sums.opened, sums.opens, sums.clicked, sums.clicks) == (2, 4, 2, 2))
        let history = try await fixture.book.history(ofAddress: "a@x.org")
        let did = try #require(history.deliveries[0].engagement)
        #expect((did.opens, did.clicks) == (3, 1))
        #expect(did.firstOpened == UnixTime(milliseconds: BookFixture.now.milliseconds + 1000).iso8601)
        #expect(did.firstClicked == UnixTime(milliseconds: BookFixture.now.milliseconds + 7000).iso8601)
        #expect(try await fixture.book.history(ofAddress: "d@x.org").deliveries[0].engagement == nil)
        let audit = try await fixture.book.audit()
        #expect(audit.isBalanced, "\(audit.checks.filter { !$0.ok })")
    }

    @Test("interviews are booked all or none, once each, and whoever has completed one has begun it")
    func interviews() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed(Self.addresses)
        let refused = try await fixture.book.book(interviews: [
            event(.started, id, 0), event(.started, id, 4), event(.completed, MailingID(rawValue: 2), 0),
        ])
        #expect(refused.unknown == [1, 2] && refused.booked == 0)
        #expect(try await responses(fixture).isEmpty)

        let report = [
            event(.started, id, 0), event(.completed, id, 0, at: 60), event(.completed, id, 1), event(.started, id, 0),
        ]
        let first = try await fixture.book.book(interviews: report)
        #expect((first.booked, first.repeated, first.unknown) == (3, 1, []))
        let again = try await fixture.book.book(interviews: report)
        #expect((again.booked, again.repeated) == (0, 4))
        let sums = try await responses(fixture)
        #expect((sums.interviewsStarted, sums.interviewsCompleted) == (2, 2))
        #expect(try await fixture.book.audit().isBalanced)
    }

    @Test("who leaves by a message or complains about it is counted, once")
    func leaving() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed(Self.addresses)
        try await fixture.book((0..<4).map { change(id, $0, .sent, .accepted) })
        try await fixture.book([
            change(id, 0, .unsubscribed, .optOut, phase: .web, attempt: 0),
            change(id, 1, .spam, .complaint, phase: .complaint, attempt: 0),
            change(id, 0, .unsubscribed, .optOut, phase: .web, attempt: 0),
        ])
        var sums = try await responses(fixture)
        #expect((sums.unsubscribed, sums.complaints) == (1, 1))
        // Who complains may leave as well, and who had left before the message went did not leave by it.
        var earlier = change(id, 2, .unsubscribed, .optOut, phase: .local, attempt: 0)
        earlier.rule = "L3"
        try await fixture.book([change(id, 1, .unsubscribed, .optOut, phase: .web, attempt: 0), earlier])
        sums = try await responses(fixture)
        #expect((sums.unsubscribed, sums.complaints) == (2, 1))
        #expect(try await fixture.book.audit().isBalanced)
    }

    @Test("an audit finds sums that are not those of their rows")
    func audited() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed(Self.addresses)
        _ = try await fixture.book.book(engagements: [event(.opened, id, 0), event(.clicked, id, 1)])
        try await fixture.corrupt("UPDATE responses SET opened = 5, unsubscribed = 2")
        let wrong = try await fixture.book.audit().checks.filter { !$0.ok }.map(\.name)
        #expect(wrong == ["contacts that opened, counted again", "contacts that left by it, counted again"])
    }

    static let filters: [(String, [String])] = [
        ("", ["a@x.org", "b@x.org", "c@x.org", "d@x.org"]), ("sent", ["a@x.org", "b@x.org", "c@x.org"]),
        ("opened", ["a@x.org", "b@x.org"]), ("not opened", ["c@x.org", "d@x.org"]), ("clicked", ["a@x.org"]),
        ("sent, not completed", ["b@x.org", "c@x.org"]), ("opened, not clicked", ["b@x.org"]),
        ("started, not completed", ["b@x.org"]), ("completed", ["a@x.org"]),
    ]

    @Test("a reminder's audience is found by status and by what was done", arguments: filters)
    func audience(words: String, expected: [String]) async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed(Self.addresses)
        try await fixture.book((0..<3).map { change(id, $0, .sent, .accepted) })
        _ = try await fixture.book.book(engagements: [
            event(.opened, id, 0), event(.opened, id, 1), event(.clicked, id, 0),
        ])
        _ = try await fixture.book.book(interviews: [event(.completed, id, 0), event(.started, id, 1)])
        var filter = AudienceFilter()
        for word in words.split(separator: ", ") {
            switch word {
            case "sent": filter.outcomes = [.sent]
            case "opened", "not opened": filter.opened = word == "opened"
            case "clicked", "not clicked": filter.clicked = word == "clicked"
            case "started": filter.started = true
            default: filter.completed = word == "completed"
            }
        }
        var found: [String] = []
        var cursor: UInt32?
        while true {
            let page = try await fixture.book.audience(campaign: "survey", filter, after: cursor, limit: 1)
            found += page.map(\.address)
            guard let last = page.last else { break }
            cursor = last.ordinal
        }
        #expect(found == expected)
        let named = try await fixture.book.audience(campaign: "survey", mailing: "invitation", filter, limit: 10)
        #expect(named.map(\.address) == expected)
        await #expect(throws: ContactBookError.self) {
            _ = try await fixture.book.audience(campaign: "survey", mailing: "x", filter, limit: 10)
        }
    }
}
