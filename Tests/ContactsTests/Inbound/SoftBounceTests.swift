import Delivery
import Testing

@testable import Contacts

@Suite("Soft bounces that come back")
struct SoftBounceTests {
    @Test(
        "after Sent a contact is Soft Bounced and attempted again, on the same licence",
        arguments: [(Outcome.softBounced, Reason.mailboxFull), (.deferred, .rateLimited)])
    func again(outcome: Outcome, reason: Reason) async throws {
        let fixture = try BookFixture()
        let id = try await fixture.sent(["a@x.org", "b@x.org"])
        #expect(try await fixture.book.mailing(id).state == .finished)
        let summary = try await fixture.receive(event(1, delivery(id, 0), outcome, reason))
        #expect(summary.reopened == [id] && summary.redeliveries == 1 && summary.suppressed.isEmpty)
        #expect(try await fixture.status("a@x.org") == "Soft Bounced \(reason)")
        #expect(try await fixture.book.mailing(id).state == .running)
        #expect(
            try await fixture.book.licenceSummary() == LicenceSummary(total: 2, reserved: 0, charged: 2, released: 0))

        let order = try #require(try await fixture.redeliveries(id).first)
        #expect(order.entry.job.strikes == 1 && order.entry.job.attempts == 1 && order.entry.job.firstAttempt == nil)
        #expect(order.entry.job.address == "a@x.org" && order.entry.lane == "x.org")
        let delay = order.due - BookFixture.later
        #expect(delay >= .seconds(3600 * 4 / 5) && delay <= .seconds(3600 * 6 / 5))
        // It is fed by its order alone.
        #expect(try await fixture.open(id, from: 0, limit: 10).isEmpty)
        #expect(try await fixture.isBalanced())

        let last = try await fixture.book([change(id, 0, .sent, .accepted, phase: .dot, attempt: 2, at: 7_200_000)])
        #expect(last.finished == [id])
        #expect(try await fixture.redeliveries(id).isEmpty)
        #expect(
            try await fixture.book.licenceSummary() == LicenceSummary(total: 2, reserved: 0, charged: 2, released: 0))
        #expect(try await fixture.outcomes() == ["Sent": 2])
        #expect(try await fixture.isBalanced())
    }

    @Test("strikes of SMTP and of reports count together, and the third suppresses the address", arguments: 0...2)
    func thirdStrike(bySMTP: Int) async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed(["a@x.org"])
        var attempt: UInt16 = 1
        for _ in 0..<bySMTP {
            try await fixture.book([change(id, 0, .softBounced, .mailboxFull, attempt: attempt)])
            attempt += 1
        }
        for strike in bySMTP..<3 {
            try await fixture.book([change(id, 0, .sent, .accepted, phase: .dot, attempt: attempt)])
            #expect(try await fixture.status("a@x.org") == "Sent accepted")
            attempt += 1
            let summary = try await fixture.receive(event(UInt8(strike), delivery(id, 0), .softBounced, .mailboxFull))
            #expect(summary.suppressed.map(\.key) == (strike == 2 ? ["a@x.org"] : []))
            #expect(summary.redeliveries == (strike == 2 ? 0 : 1))
        }
        #expect(try await fixture.status("a@x.org") == "Bounced soft_bounce_limit")
        #expect(try await fixture.redeliveries(id).isEmpty)
        #expect(try await fixture.book.mailing(id).state == .finished)
        #expect(try await fixture.book.history(ofAddress: "a@x.org").deliveries[0].strikes == 3)
        #expect(try await fixture.isBalanced())
    }

    @Test("a bounce that is quicker than the Sent that it is about waits for it, and then has it attempted again")
    func quicker() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed(["a@x.org"])
        let early = try await fixture.receive(event(1, delivery(id, 0), .softBounced, .mailboxFull, at: 500))
        #expect(early.inbound.booked == 1 && early.redeliveries == 0)
        #expect(try await fixture.status("a@x.org") == "Queued waiting")
        try fixture.reopen()
        let summary = try await fixture.book([change(id, 0, .sent, .accepted, phase: .dot)])
        #expect(summary.redeliveries == 1 && summary.finished.isEmpty)
        #expect(try await fixture.status("a@x.org") == "Soft Bounced mailbox_full")
        #expect(
            try await fixture.lines("a@x.org")
                == ["Queued waiting local 0", "Sent accepted dot 1", "Soft Bounced mailbox_full dsn 0"])
        #expect(try await fixture.redeliveries(id).map(\.entry.job.strikes) == [1])
        #expect(try await fixture.book.licenceSummary().charged == 1)
        #expect(try await fixture.isBalanced())
    }

    @Test("a bounce that was quicker is about what its owner confirms to have been sent, whenever that is")
    func confirmed() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed(["a@x.org"])
        try await fixture.receive(event(1, delivery(id, 0), .softBounced, .mailboxFull, at: 500))
        try await fixture.book([change(id, 0, .queued, .inDoubtHeld, phase: .dot, attempt: 0)])
        let summary = try await fixture.book([
            change(id, 0, .sent, .confirmedByOwner, phase: .local, attempt: 0, at: 500_000)
        ])
        #expect(summary.redeliveries == 1)
        #expect(try await fixture.status("a@x.org") == "Soft Bounced mailbox_full")
        #expect(try await fixture.redeliveries(id).map(\.entry.job.strikes) == [1])
        #expect(try await fixture.isBalanced())
    }

    @Test("a bounce of an attempt whose result nobody heard is a note, whether a later one succeeds or none is made")
    func unheard() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed(["a@x.org", "b@x.org"])
        for ordinal in 0...1 {
            try await fixture.receive(
                event(UInt8(ordinal), delivery(id, UInt32(ordinal)), .softBounced, .mailboxFull, at: 500))
        }
        let summary = try await fixture.book([change(id, 0, .sent, .accepted, phase: .dot, at: 120_000)])
        #expect(summary.redeliveries == 0)
        #expect(try await fixture.status("a@x.org") == "Sent accepted")
        #expect(try await fixture.lines("a@x.org").last == "Sent mailbox_full dsn 0")
        try await fixture.book.tidyInbound(at: BookFixture.later)
        #expect(try await fixture.lines("b@x.org").count == 1)
        try await fixture.book.tidyInbound(at: BookFixture.later + .seconds(601))
        #expect(try await fixture.lines("b@x.org").last == "Queued mailbox_full dsn 0")
        #expect(try await fixture.book.history(ofAddress: "b@x.org").deliveries[0].strikes == 0)
        #expect(try await fixture.isBalanced())
    }

    @Test("patience with a server that defers begins anew with each order, also for a Redis that is fed again")
    func patience() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.sent(["a@x.org", "b@x.org"])
        try await fixture.receive(event(1, delivery(id, 0), .softBounced, .mailboxFull))
        let days: Int64 = 3 * 24 * 3_600_000
        try await fixture.book([change(id, 0, .deferred, .rateLimited, attempt: 2, at: days)])
        let again = try #require(try await fixture.open(id, from: 0, limit: 1).first?.job)
        #expect(again.firstAttempt == BookFixture.now + .milliseconds(days + 2000))
        // One that was quicker than its Sent is booked with it.
        try await fixture.book([change(id, 0, .deferred, .rateLimited, attempt: 3, at: 2 * days)])
        let early = try event(2, delivery(id, 0), .softBounced, .mailboxFull, at: 2 * days + 5000)
        _ = try await fixture.book.book(inbound: [early], at: BookFixture.now + .milliseconds(2 * days + 6000))
        try await fixture.book([change(id, 0, .sent, .accepted, phase: .dot, attempt: 4, at: 2 * days)])
        #expect(try await fixture.redeliveries(id).map(\.entry.job.strikes) == [2])
        try await fixture.book([change(id, 0, .deferred, .rateLimited, attempt: 5, at: 3 * days)])
        let last = try #require(try await fixture.open(id, from: 0, limit: 1).first?.job)
        #expect(last.firstAttempt == BookFixture.now + .milliseconds(3 * days + 5000))
        #expect(try await fixture.isBalanced())
    }

    @Test(
        "a strike by a report about an attempt in doubt counts, though the queue's job does not know of it",
        arguments: 0...1)
    func strikesUnknownToTheQueue(bySMTP: Int) async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed(["a@x.org"])
        var attempt: UInt16 = 0
        for strike in 0..<2 {
            attempt += 1
            if strike < bySMTP {
                try await fixture.book([change(id, 0, .softBounced, .mailboxFull, attempt: attempt)])
            } else {
                try await fixture.book([change(id, 0, .queued, .inDoubt, phase: .dot, attempt: attempt)])
                let summary = try await fixture.receive(
                    event(UInt8(strike), delivery(id, 0), .softBounced, .mailboxFull))
                #expect(summary.redeliveries == 0)
            }
        }
        #expect(try await fixture.status("a@x.org") == "Soft Bounced mailbox_full")
        // The worker's second, or first.
        let last = try await fixture.book([change(id, 0, .softBounced, .mailboxFull, attempt: attempt + 1)])
        #expect(try await fixture.status("a@x.org") == "Bounced soft_bounce_limit")
        #expect(last.suppressed.map(\.key) == ["a@x.org"] && last.finished == [id])
        #expect(try await fixture.book.callOffs(at: BookFixture.now).map(\.job.ordinal) == [0])
        #expect(try await fixture.isBalanced())
    }

    @Test("of an attempt in doubt it is the answer: a strike, and the attempt that is waiting follows")
    func inDoubt() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed(["a@x.org"])
        try await fixture.book([change(id, 0, .queued, .inDoubt, phase: .dot)])
        try await fixture.receive(event(1, delivery(id, 0), .softBounced, .mailboxFull))
        #expect(try await fixture.status("a@x.org") == "Soft Bounced mailbox_full")
        #expect(try await fixture.redeliveries(id).isEmpty)
        #expect(try await fixture.open(id, from: 0, limit: 1).map(\.job.strikes) == [1])
        try await fixture.book([change(id, 0, .sent, .accepted, phase: .dot, attempt: 2, at: 60_000)])
        #expect(try await fixture.status("a@x.org") == "Sent accepted")
        #expect(try await fixture.isBalanced())
    }

    @Test(
        "a bounce taken for the answer to an attempt in doubt is about the next one, if that had been accepted when it came",
        arguments: [Reason.accepted, .confirmedByOwner])
    func aboutTheNext(reason: Reason) async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed(["a@x.org", "b@x.org"])
        let isHeld = reason == .confirmedByOwner
        for ordinal: UInt32 in 0...1 {
            try await fixture.book([change(id, ordinal, .queued, isHeld ? .inDoubtHeld : .inDoubt, phase: .dot)])
            try await fixture.receive(
                event(UInt8(ordinal), delivery(id, ordinal), .softBounced, .mailboxFull),
                event(UInt8(10 + ordinal), delivery(id, ordinal), nil, .delayed))
        }
        // The first had been accepted a moment before the bounce came, the second was after it.
        let summary = try await fixture.book([
            change(id, 0, .sent, reason, phase: .dot, attempt: 2, at: isHeld ? 90_000 : 57_000),
            change(id, 1, .sent, .accepted, phase: .dot, attempt: 2, at: 59_000),
        ])
        #expect(summary.redeliveries == 1 && summary.finished.isEmpty)
        #expect(try await fixture.status("a@x.org") == "Soft Bounced mailbox_full")
        #expect(try await fixture.status("b@x.org") == "Sent accepted")
        let job = try #require(try await fixture.redeliveries(id).first?.entry.job)
        #expect(job.id.ordinal == 0 && job.strikes == 1 && job.attempts == 2 && job.firstAttempt == nil)
        #expect(
            try await fixture.lines("a@x.org").suffix(2) == ["Sent \(reason) dot 2", "Soft Bounced mailbox_full dsn 0"])
        #expect(try await fixture.isBalanced())
        try await fixture.book([change(id, 0, .sent, .accepted, phase: .dot, attempt: 3, at: 7_200_000)])
        #expect(try await fixture.outcomes() == ["Sent": 2])
        #expect(try await fixture.isBalanced())
    }

    @Test("a second report about the same attempt is a note")
    func twoReports() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.sent(["a@x.org"])
        try await fixture.receive(event(1, delivery(id, 0), .softBounced, .mailboxFull))
        let number = try await fixture.redeliveries(id).map(\.number)
        let second = try await fixture.receive(event(2, delivery(id, 0), .softBounced, .expired, source: .webhook))
        #expect(second.inbound.booked == 1 && second.redeliveries == 0)
        #expect(try await fixture.lines("a@x.org").last == "Soft Bounced expired dsn 0")
        #expect(try await fixture.status("a@x.org") == "Soft Bounced mailbox_full")
        #expect(try await fixture.redeliveries(id).map(\.number) == number)
        #expect(try await fixture.isBalanced())
    }

    @Test("every order has a greater number than those before it, whatever becomes of them")
    func numbers() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.sent(["a@x.org"])
        try await fixture.receive(event(1, delivery(id, 0), .softBounced, .mailboxFull))
        let first = try #require(try await fixture.redeliveries(id).first)
        #expect(try await fixture.book.redeliveryOrders().map(\.last) == [first.number])
        try await fixture.book([change(id, 0, .sent, .accepted, phase: .dot, attempt: 2)])
        #expect(try await fixture.book.redeliveryOrders().isEmpty)
        try fixture.reopen()
        try await fixture.receive(event(2, delivery(id, 0), .softBounced, .mailboxFull))
        let second = try #require(try await fixture.redeliveries(id).first)
        #expect(second.number > first.number)
        #expect(try await fixture.redeliveries(id, after: second.number).isEmpty)
        let delay = second.due - BookFixture.later
        #expect(delay >= .seconds(24 * 3600 * 4 / 5))
    }

    @Test("nothing of a cancelled mailing is attempted again, and who unsubscribed meanwhile gets nothing")
    func ends() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.sent(["a@x.org", "b@x.org"])
        try await fixture.receive(
            event(1, delivery(id, 0), .softBounced, .mailboxFull), event(2, delivery(id, 1), .softBounced, .mailboxFull)
        )
        _ = try await fixture.book.addSuppressions(["a@x.org"], at: BookFixture.later)
        #expect(try await fixture.redeliveries(id).map(\.entry.job.address) == ["b@x.org"])
        #expect(try await fixture.status("a@x.org") == "Unsubscribed suppressed")
        #expect(try await fixture.isBalanced())

        try await fixture.book.cancel(id, at: BookFixture.later)
        #expect(try await fixture.book.redeliveryOrders().isEmpty)
        #expect(try await fixture.isBalanced())
        let other = try await fixture.fed(["c@x.org", "d@x.org"], campaign: "other", list: "others")
        try await fixture.book([change(other, 0, .sent, .accepted, phase: .dot)])
        try await fixture.book.cancel(other, at: BookFixture.later)
        let summary = try await fixture.receive(event(3, delivery(other, 0), .softBounced, .mailboxFull))
        #expect(summary.redeliveries == 0 && summary.reopened.isEmpty)
        #expect(try await fixture.status("c@x.org") == "Soft Bounced mailbox_full")
        #expect(try await fixture.book.licenceSummary().charged == 3)
        #expect(try await fixture.isBalanced())
    }

    @Test("a held delivery is no more to be taken up again by itself")
    func held() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.sent(["a@x.org"])
        try await fixture.receive(event(1, delivery(id, 0), .softBounced, .mailboxFull))
        try await fixture.book([change(id, 0, .queued, .recoveredTooOften, phase: .local, attempt: 0)])
        #expect(try await fixture.redeliveries(id).isEmpty)
        let held = try await fixture.book.heldJobs(mailing: id, fieldNames: [])
        #expect(held.map(\.entry.job.id.ordinal) == [0] && held.map(\.kind) == [.dead])
        #expect(try await fixture.isBalanced())
    }

    @Test("a bounce of the attempt that was ordered waits for its Sent, too")
    func quickerAgain() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.sent(["a@x.org", "b@x.org"])
        try await fixture.receive(
            event(1, delivery(id, 0), .softBounced, .mailboxFull), event(2, delivery(id, 1), .softBounced, .mailboxFull)
        )
        let due = try #require(try await fixture.redeliveries(id).map(\.due).max())
        let second = due.milliseconds - BookFixture.now.milliseconds + 5000
        let early = try event(3, delivery(id, 0), .softBounced, .mailboxFull, at: second + 1000)
        _ = try await fixture.book.book(inbound: [early], at: due + .seconds(20))
        try await fixture.book([
            change(id, 0, .sent, .accepted, phase: .dot, attempt: 2, at: second),
            change(id, 1, .sent, .accepted, phase: .dot, attempt: 2, at: second),
        ])
        #expect(try await fixture.redeliveries(id).map(\.entry.job.strikes) == [2])
        #expect(try await fixture.isBalanced())
    }

    @Test("the id of an event lives as long as the event is repeated")
    func repeated() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.sent(["a@x.org"])
        let event = try event(1, delivery(id, 0), nil, .delayed)
        for days in [0, 20, 40, 60] {
            let time = BookFixture.later + .seconds(days * 24 * 3600)
            try await fixture.book.tidyInbound(at: time)
            let summary = try await fixture.book.book(inbound: [event], at: time)
            #expect(summary.inbound.repeated == (days == 0 ? 0 : 1))
        }
    }
}
