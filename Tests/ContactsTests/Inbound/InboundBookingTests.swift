import Delivery
import Testing

@testable import Contacts

@Suite("Booking what comes back")
struct InboundBookingTests {
    @Test(
        "a report moves a Sent contact as the order of late news says, and its licence stays charged",
        arguments: [
            (Outcome.bounced, Reason.noSuchUser, DeliveryPhase.dsn, "Bounced no_such_user", true),
            (.bounced, .senderBlocked, .dsn, "Bounced sender_blocked", false),
            (.rejected, .policy, .dsn, "Rejected policy", false),
            (.spam, .spamContent, .dsn, "Spam spam_content", false),
            (.spam, .complaint, .complaint, "Spam complaint", true),
            (.unsubscribed, .optOut, .web, "Unsubscribed opt_out", true),
            (.sent, .delivered, .dsn, "Sent accepted", false),
        ])
    func permanent(outcome: Outcome, reason: Reason, phase: DeliveryPhase, status: String, isSuppressed: Bool)
        async throws
    {
        let fixture = try BookFixture()
        let id = try await fixture.sent(["a@x.org"])
        let summary = try await fixture.receive(event(1, delivery(id, 0), outcome, reason, phase: phase))
        #expect(summary.inbound.booked == 1)
        #expect(try await fixture.status("a@x.org") == status)
        #expect(summary.suppressed.map(\.key) == (isSuppressed ? ["a@x.org"] : []))
        #expect(
            try await fixture.lines("a@x.org")
                == ["Queued waiting local 0", "Sent accepted dot 1", "\(outcome.name) \(reason) \(phase.rawValue) 0"])
        #expect(
            try await fixture.book.licenceSummary() == LicenceSummary(total: 1, reserved: 0, charged: 1, released: 0))
        #expect(try await fixture.book.mailing(id).state == .finished)
        #expect(try await fixture.isBalanced())
    }

    @Test(
        "what says nothing of a status is a line in the history",
        arguments: [
            (Outcome?.none, Reason.delayed), (.none, .otherFeedback), (.queued, .localFault), (.invalid, .badSyntax),
            (.duplicated, .duplicate),
        ])
    func notes(outcome: Outcome?, reason: Reason) async throws {
        let fixture = try BookFixture()
        let id = try await fixture.sent(["a@x.org"])
        try await fixture.receive(event(1, delivery(id, 0), outcome, reason, phase: .rcpt))
        #expect(try await fixture.status("a@x.org") == "Sent accepted")
        #expect(try await fixture.lines("a@x.org").last == "Sent \(reason) dsn 0")
        #expect(try await fixture.isBalanced())
    }

    @Test("an event is booked once, however and by whatever way it comes again")
    func once() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.sent(["a@x.org", "b@x.org"])
        let bounce = try event(1, delivery(id, 0), .bounced, .noSuchUser)
        let first = try await fixture.book.book(
            [], inbound: [bounce, bounce], streamPosition: "9-0", shard: 0, at: BookFixture.later)
        #expect((first.inbound.booked, first.inbound.repeated) == (1, 1))
        // The same position: nothing of it is looked at.
        let again = try await fixture.book.book(
            [], inbound: [bounce, event(2, delivery(id, 1), .bounced, .noSuchUser)], streamPosition: "9-0", shard: 0,
            at: BookFixture.later)
        #expect(again == BookingSummary())
        try fixture.reopen()
        #expect(try await fixture.receive(bounce).inbound.repeated == 1)
        #expect(try await fixture.lines("a@x.org").count == 3)
        #expect(try await fixture.lines("b@x.org").count == 2)
        let counts = try await fixture.book.inboundCounts()
        #expect(counts["bounce"]?.booked == 1 && counts["bounce"]?.repeated == 2)

        try await fixture.book.tidyInbound(at: BookFixture.later, keeping: .seconds(60))
        #expect(try await fixture.receive(bounce).inbound.repeated == 1)
        try await fixture.book.tidyInbound(
            at: UnixTime(milliseconds: BookFixture.later.milliseconds + 61_000), keeping: .seconds(60))
        #expect(try await fixture.receive(bounce).inbound.booked == 1)
        #expect(try await fixture.isBalanced())
    }

    @Test("a signature is taken with what it came with first, also after a restart, until it is forgotten")
    func signatures() async throws {
        let fixture = try BookFixture()
        func id(_ byte: UInt8) throws -> InboundEventID {
            try #require(InboundEventID(digest: [UInt8](repeating: byte, count: 16)))
        }
        func admits(_ signature: UInt8, _ content: UInt8) async throws -> Bool {
            try await fixture.book.admits(signature: id(signature), with: id(content), at: BookFixture.later)
        }
        #expect(try await admits(1, 11))
        #expect(try await admits(1, 11))
        #expect(try await !admits(1, 12))
        try fixture.reopen()
        #expect(try await !admits(1, 12))
        #expect(try await admits(1, 11))
        #expect(try await admits(2, 12))
        try await fixture.book.tidyInbound(at: BookFixture.later + .seconds(61), keeping: .seconds(60))
        #expect(try await admits(1, 12))
    }

    @Test("answering machines and what comes back to test messages are counted, and nothing else")
    func ignored() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.sent(["a@x.org"])
        let test = MailingID(rawValue: MailingID.firstTest + 1)
        let summary = try await fixture.receive(
            event(1, delivery(id, 0), nil, .automaticReply, source: .automaticReply),
            event(2, delivery(id, 0), nil, .automaticReply), event(3, delivery(test, 0), .bounced, .noSuchUser))
        #expect(summary.inbound.ignored == 3 && summary.inbound.booked == 0)
        #expect(try await fixture.lines("a@x.org").count == 2)
        let counts = try await fixture.book.inboundCounts()
        #expect(counts["automaticReply"]?.ignored == 1 && counts["bounce"]?.ignored == 2)
        #expect(try await fixture.book.unmatchedEvents().isEmpty)
    }

    @Test("of one delivery's news the greatest counts, in whatever order it comes", arguments: [false, true])
    func lateNews(reversed: Bool) async throws {
        let fixture = try BookFixture()
        let id = try await fixture.sent(["a@x.org"])
        let news = [
            try event(1, delivery(id, 0), .bounced, .mailboxDisabled),
            try event(2, delivery(id, 0), .spam, .complaint, source: .complaint, phase: .complaint),
            try event(3, delivery(id, 0), .unsubscribed, .optOut, source: .unsubscribe, phase: .web),
        ]
        for event in reversed ? news.reversed() : news { try await fixture.receive(event) }
        #expect(try await fixture.status("a@x.org") == "Unsubscribed opt_out")
        #expect(try await fixture.book.suppression(ofAddress: "a@x.org")?.outcome == "Unsubscribed")
        #expect(try await fixture.lines("a@x.org").count == 5)
        #expect(try await fixture.isBalanced())
    }

    @Test("a bounce that is quicker than the Sent that it is about stands, and the licence is charged")
    func hardBounceFirst() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed(["a@x.org"])
        try await fixture.receive(event(1, delivery(id, 0), .bounced, .noSuchUser, at: 500))
        #expect(try await fixture.book.licenceSummary().released == 1)
        try await fixture.book([change(id, 0, .sent, .accepted, phase: .dot)])
        #expect(try await fixture.status("a@x.org") == "Bounced no_such_user")
        #expect(
            try await fixture.book.licenceSummary() == LicenceSummary(total: 1, reserved: 0, charged: 1, released: 0))
        #expect(try await fixture.isBalanced())
    }

    @Test("a delivery that is over by a report is called off in the queue, once the queue had time to tell of it")
    func callOff() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed(["a@x.org", "b@x.org"])
        try await fixture.book([change(id, 0, .queued, .inDoubt, phase: .dot)])
        try await fixture.receive(
            event(1, delivery(id, 0), .sent, .delivered), event(2, delivery(id, 1), nil, .delayed))
        #expect(try await fixture.status("a@x.org") == "Sent delivered")
        #expect(try await fixture.book.callOffs(at: BookFixture.later).isEmpty)
        let due = BookFixture.later + .seconds(31)
        let orders = try await fixture.book.callOffs(at: due)
        #expect(orders.map(\.job.ordinal) == [0] && orders.map(\.lane) == ["x.org"])
        try await fixture.book.endCallOffs(orders.map(\.job))
        #expect(try await fixture.book.callOffs(at: due).isEmpty)
        #expect(try await fixture.isBalanced())
    }

    @Test("who is to be attempted again after all is not called off any more")
    func notCalledOff() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed(["a@x.org"])
        try await fixture.book([change(id, 0, .queued, .inDoubt, phase: .dot)])
        try await fixture.receive(event(1, delivery(id, 0), .sent, .relayed))
        let due = BookFixture.later + .seconds(31)
        #expect(try await fixture.book.callOffs(at: due).count == 1)
        try await fixture.receive(event(2, delivery(id, 0), .softBounced, .mailboxFull))
        #expect(try await fixture.redeliveries(id).count == 1)
        #expect(try await fixture.book.callOffs(at: due).isEmpty)
        #expect(try await fixture.isBalanced())
    }

    @Test("who leaves the list once more, after having been let in again, is suppressed once more")
    func leavesAgain() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.sent(["a@x.org"])
        let leaving = [
            try event(1, delivery(id, 0), .unsubscribed, .optOut, source: .unsubscribe, phase: .web),
            try event(2, .clues(InboundClues(recipient: "z@x.org")), .unsubscribed, .optOut, phase: .web),
        ]
        for event in leaving { try await fixture.receive(event) }
        #expect(try await fixture.book.removeSuppressions(["a@x.org", "z@x.org"]) == 2)
        let again = try await fixture.book.book(inbound: leaving + leaving, at: BookFixture.later)
        #expect(again.inbound.repeated == 4)
        #expect(again.suppressed.map(\.key) == ["a@x.org", "z@x.org"])
        #expect(try await fixture.book.suppression(ofAddress: "a@x.org")?.reason == "opt_out")
        #expect(try await fixture.lines("a@x.org").count == 3)
    }
}
