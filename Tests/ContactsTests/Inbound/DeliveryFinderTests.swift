import Delivery
import Testing

@testable import Contacts

@Suite("Finding whom a report is about")
struct DeliveryFinderTests {
    /// Two mailings of this deployment: one to a, b, c; one to a, d.
    private func fixture() async throws -> (BookFixture, first: MailingID, second: MailingID) {
        let fixture = try BookFixture()
        let first = try await fixture.sent(["a@x.org", "b@x.org", "c@x.org"])
        let second = try await fixture.sent(["a@x.org", "d@x.org"], campaign: "other", list: "others")
        try await fixture.corrupt(#"UPDATE mailings SET template = '{"messageIDSalt": "5a1t"}'"#)
        return (fixture, first, second)
    }

    private func receive(_ fixture: BookFixture, _ clues: InboundClues, id: UInt8 = 1) async throws -> InboundSummary {
        try await fixture.receive(event(id, .clues(clues), .bounced, .noSuchUser)).inbound
    }

    @Test(
        "a Message-ID of ours decides, where one of the addresses is the contact's",
        arguments: [
            InboundClues(messageID: "1.0.5a1t@x.org", recipient: "A@x.org"),
            InboundClues(messageID: "<1.0.5A1T@x.org>", originalRecipient: "a@X.org", recipient: "b@x.org"),
            InboundClues(messageID: "1.0.5a1t@x.org", recipient: "b@x.org", returnedRecipient: "a@x.org"),
        ])
    func messageID(clues: InboundClues) async throws {
        let (fixture, first, _) = try await fixture()
        #expect(first.rawValue == 1)
        let summary = try await receive(fixture, clues)
        #expect(summary.booked == 1)
        let deliveries = try await fixture.book.history(ofAddress: "a@x.org").deliveries
        #expect(deliveries.map(\.status) == ["Bounced", "Sent"])
        #expect(try await fixture.status("b@x.org") == "Sent accepted")
    }

    @Test(
        "a Message-ID of ours with another's address, or with none, finds nobody: its salt is no secret",
        arguments: [
            InboundClues(messageID: "1.0.5a1t@x.org"), InboundClues(messageID: "1.0.5a1t@x.org", recipient: "b@x.org"),
            InboundClues(
                messageID: "1.0.5a1t@x.org", originalRecipient: "b@x.org", recipient: "c@x.org",
                returnedRecipient: "d@x.org"),
        ])
    func forgedByNumber(clues: InboundClues) async throws {
        let (fixture, _, _) = try await fixture()
        #expect(try await receive(fixture, clues).unmatched == 1)
        #expect(try await fixture.book.unmatchedEvents().map(\.cause) == ["nobody"])
        #expect(try await fixture.outcomes() == ["Sent": 3])
        #expect(try await fixture.book.suppression(ofAddress: "a@x.org") == nil)
    }

    @Test("a provider that has proved who it is need not repeat the address, but may not name another")
    func provider() async throws {
        let (fixture, _, _) = try await fixture()
        func receive(_ id: UInt8, _ clues: InboundClues) async throws -> InboundSummary {
            try await fixture.receive(event(id, .clues(clues), .bounced, .noSuchUser, source: .webhook)).inbound
        }
        #expect(try await receive(1, InboundClues(messageID: "1.1.5a1t@x.org", recipient: "c@x.org")).unmatched == 1)
        #expect(try await fixture.status("b@x.org") == "Sent accepted")
        #expect(try await receive(2, InboundClues(messageID: "1.1.5a1t@x.org")).booked == 1)
        #expect(try await fixture.status("b@x.org") == "Bounced no_such_user")
        #expect(try await fixture.status("c@x.org") == "Sent accepted")
    }

    @Test("a Message-ID with a code that nobody knew finds nobody, and is not looked for by the address")
    func wrongCode() async throws {
        let (fixture, _, _) = try await fixture()
        for (id, number) in ["1.1", "9.1", "1.99"].enumerated() {
            for source in [InboundEvent.Source.bounce, .webhook] {
                let clues = InboundClues(
                    messageID: "\(number).abcdefghijklmnopqrstuvwx@x.org", originalRecipient: "b@x.org",
                    recipient: "b@x.org", returnedRecipient: "b@x.org")
                let summary = try await fixture.receive(
                    event(
                        UInt8(2 * id) + (source == .webhook ? 1 : 0), .clues(clues), .bounced, .noSuchUser,
                        source: source))
                #expect(summary.inbound.unmatched == 1)
            }
        }
        #expect(Set(try await fixture.book.unmatchedEvents().map(\.cause)) == ["unknown_delivery"])
        #expect(try await fixture.outcomes() == ["Sent": 3])
        #expect(try await fixture.book.suppression(ofAddress: "b@x.org") == nil)
    }

    @Test(
        "a Message-ID of another deployment, or none of ours, decides nothing",
        arguments: [
            "1.0.0ther@x.org", "1.0@x.org", "x", "", "9.0.5a1t@x.org", "1.0.5a1t.x@x.org", "-1.0.5a1t@x.org",
            "1.0.5a1t",
        ])
    func foreignMessageID(text: String) async throws {
        let (fixture, _, _) = try await fixture()
        #expect(try await receive(fixture, InboundClues(messageID: text)).unmatched == 1)
        let summary = try await receive(fixture, InboundClues(messageID: text, recipient: "b@x.org"), id: 2)
        #expect(summary.booked == 1)
        #expect(try await fixture.status("b@x.org") == "Bounced no_such_user")
    }

    @Test("the recipient that we gave comes before the one that a server names")
    func order() async throws {
        let (fixture, _, _) = try await fixture()
        #expect(
            try await receive(fixture, InboundClues(originalRecipient: "B@X.org", recipient: "c@x.org")).booked == 1)
        #expect(try await fixture.status("b@x.org") == "Bounced no_such_user")
        #expect(try await fixture.status("c@x.org") == "Sent accepted")
        #expect(
            try await receive(fixture, InboundClues(originalRecipient: "z@x.org", recipient: "c@x.org"), id: 2).booked
                == 1)
        #expect(try await fixture.status("c@x.org") == "Bounced no_such_user")
    }

    @Test("an address that several deliveries went to finds none of them, and neither does one that none went to")
    func never() async throws {
        let (fixture, _, _) = try await fixture()
        #expect(try await receive(fixture, InboundClues(recipient: "a@x.org")).unmatched == 1)
        #expect(
            try await receive(fixture, InboundClues(originalRecipient: "a@x.org", recipient: "b@x.org"), id: 2)
                .unmatched == 1)
        #expect(try await receive(fixture, InboundClues(recipient: "z@x.org"), id: 3).unmatched == 1)
        #expect(try await receive(fixture, InboundClues(), id: 4).unmatched == 1)
        #expect(
            try await fixture.receive(event(5, delivery(MailingID(rawValue: 1), 99), .bounced, .noSuchUser))
                .inbound.unmatched == 1)
        #expect(try await receive(fixture, InboundClues(messageID: "1.99.5a1t@x.org"), id: 6).unmatched == 1)
        let listed = try await fixture.book.unmatchedEvents()
        #expect(
            listed.map(\.cause) == ["unknown_delivery", "unknown_delivery", "nobody", "nobody", "several", "several"])
        #expect(listed.map(\.recipient) == [nil, nil, nil, "z@x.org", "a@x.org", "a@x.org"])
        #expect(listed[1].delivery == "1:99" && listed[0].messageID == "1.99.5a1t@x.org")
        #expect(listed.allSatisfy { $0.outcome == "Bounced" && $0.reason == "no_such_user" && !$0.isSuppressed })
        let page = try await fixture.book.unmatchedEvents(before: listed[1].number, limit: 2)
        #expect(page == Array(listed[2...3]))
        #expect(try await fixture.outcomes() == ["Sent": 3])
        #expect(try await fixture.book.suppression(ofAddress: "a@x.org") == nil)
        #expect(try await fixture.book.inboundCounts()["bounce"]?.unmatched == 6)

        try await fixture.book.tidyInbound(at: BookFixture.later, unmatched: 2)
        #expect(try await fixture.book.unmatchedEvents().map(\.number) == listed[..<2].map(\.number))
    }

    @Test("a delivery that was never attempted is found while it alone is in the queue, and no other")
    func inQueue() async throws {
        let fixture = try BookFixture()
        _ = try await fixture.fed(["a@x.org"])
        #expect(try await receive(fixture, InboundClues(recipient: "a@x.org")).booked == 1)
        let draft = try await fixture.running(["b@x.org"], campaign: "other", list: "others")
        #expect(try await receive(fixture, InboundClues(recipient: "b@x.org"), id: 2).unmatched == 1)
        #expect(try await fixture.book.mailing(draft).fed == 0)
    }

    @Test(
        "who says no is suppressed, whether a delivery is found or not",
        arguments: [
            (Outcome.spam, Reason.complaint, true), (.unsubscribed, .optOut, true), (.bounced, .noSuchUser, false),
            (.spam, .spamContent, false),
        ])
    func suppression(outcome: Outcome, reason: Reason, isSuppressed: Bool) async throws {
        let (fixture, _, _) = try await fixture()
        let summary = try await fixture.receive(
            event(1, .clues(InboundClues(recipient: "A@x.org")), outcome, reason, phase: .complaint),
            event(2, .clues(InboundClues(recipient: "no address")), outcome, reason, phase: .complaint))
        #expect(summary.inbound.unmatched == 2)
        #expect(summary.suppressed.map(\.key) == (isSuppressed ? ["a@x.org"] : []))
        #expect(try await fixture.book.suppression(ofAddress: "a@x.org")?.reason == (isSuppressed ? "\(reason)" : nil))
        #expect(try await fixture.book.unmatchedEvents().map(\.isSuppressed) == [false, isSuppressed])
        #expect(try await fixture.isBalanced())
    }
}
