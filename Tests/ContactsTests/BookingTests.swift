import Delivery
import Testing

@testable import Contacts

@Suite("Booking outcomes")
struct BookingTests {
    @Test("changes move statuses, tallies and licences together, and the mailing ends with its last contact")
    func whole() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed((0..<4).map { "p\($0)@x.org" })
        let first = try await fixture.book([
            change(id, 3, .deferred, .greylisted, reply: "450 4.2.0 later"),
            change(id, 0, .sent, .accepted, phase: .dot, reply: "250 2.0.0 ok"),
            change(id, 1, .bounced, .noSuchUser, reply: "550 5.1.1 no\nsuch user"),
            change(id, 2, .softBounced, .mailboxFull),
        ])
        #expect((first.booked, first.unknown) == (4, 0))
        #expect(first.suppressed.map(\.key) == ["p1@x.org"])
        #expect(first.finished.isEmpty)
        #expect(try await fixture.outcomes() == ["Sent": 1, "Bounced": 1, "Soft Bounced": 1, "Deferred": 1])
        #expect(
            try await fixture.book.licenceSummary() == LicenceSummary(total: 4, reserved: 2, charged: 1, released: 1))

        let last = try await fixture.book([
            change(id, 2, .softBounced, .mailboxFull, attempt: 2),
            change(id, 2, .bounced, .softBounceLimit, attempt: 3), change(id, 3, .rejected, .policy, attempt: 2),
        ])
        #expect(last.finished == [id])
        #expect(last.suppressed.map(\.key) == ["p2@x.org"])
        #expect(try await fixture.book.mailing(id).state == .finished)
        #expect(
            try await fixture.book.licenceSummary() == LicenceSummary(total: 4, reserved: 0, charged: 1, released: 3))
        let statistics = try await fixture.book.statistics(campaign: "survey").mailings[0]
        #expect(statistics.attempts == 7)
        #expect(statistics.firstAt == "2025-11-24T16:00:01.000Z")
        #expect(statistics.lastAt == "2025-11-24T16:00:03.000Z")
        let history = try await fixture.book.history(ofAddress: "p2@x.org").deliveries[0]
        #expect(history.strikes == 3)
        #expect(history.attempts == 3)
        #expect(
            history.events.map { "\($0.outcome) \($0.reason) \($0.attempt)" } == [
                "Queued waiting 0", "Soft Bounced mailbox_full 1", "Soft Bounced mailbox_full 2",
                "Bounced soft_bounce_limit 3",
            ])
        #expect(
            try await fixture.book.history(ofAddress: "p1@x.org").deliveries[0].events[1].reply
                == "550 5.1.1 no\nsuch user")
        let audit = try await fixture.book.audit()
        #expect(audit.isBalanced, "\(audit.checks.filter { !$0.ok })")
    }

    @Test("a batch is booked once, however often and in whatever company its position comes again")
    func exactlyOnce() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed(["a@x.org", "b@x.org"])
        func book(_ position: String, shard: Int = 0) async throws -> Bool {
            try await fixture.book.book(
                [change(id, 0, .deferred, .greylisted)], streamPosition: position, shard: shard, at: BookFixture.now
            ).booked == 1
        }
        #expect(try await fixture.book.streamPosition(shard: 0) == nil)
        #expect(try await book("999-5"))
        #expect(try await !book("999-5"))
        #expect(try await !book("999-4"))
        #expect(try await !book("100-9"))
        #expect(try await book("999-10"))
        #expect(try await book("1000-0"))
        #expect(try await book("5-0", shard: 1))
        try fixture.reopen()
        #expect(try await !book("1000-0"))
        #expect(try await fixture.book.streamPosition(shard: 0)?.description == "1000-0")
        #expect(try await fixture.book.streamPosition(shard: 1)?.description == "5-0")
        #expect(try await fixture.book.history(ofAddress: "a@x.org").deliveries[0].events.count == 5)
        for bad in ["", "1", "1-", "a-b", "1-2-3", "-1-0"] {
            await #expect(throws: ContactBookError.self) { _ = try await book(bad) }
        }
        #expect(try await fixture.book.audit().isBalanced)
    }

    @Test("late news is kept in the history, and changes the status only upward")
    func lateNews() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed(["a@x.org"])
        let news: [(Outcome, Reason, DeliveryPhase, String)] = [
            (.sent, .accepted, .dot, "Sent"), (.deferred, .temporary, .rcpt, "Sent"),
            (.softBounced, .mailboxFull, .dsn, "Soft Bounced"), (.sent, .accepted, .dot, "Sent"),
            (.spam, .spamContent, .dot, "Spam"), (.sent, .accepted, .dot, "Spam"),
            (.rejected, .policy, .dot, "Rejected"),
            (.bounced, .noSuchUser, .dsn, "Bounced"), (.rejected, .policy, .dot, "Bounced"),
            (.spam, .complaint, .complaint, "Spam"), (.bounced, .noSuchUser, .dsn, "Spam"),
            (.unsubscribed, .optOut, .web, "Unsubscribed"), (.spam, .complaint, .complaint, "Unsubscribed"),
        ]
        for (number, item) in news.enumerated() {
            let summary = try await fixture.book([change(id, 0, item.0, item.1, phase: item.2, at: Int64(number))])
            #expect(try await fixture.outcomes() == [item.3: 1], "after news \(number)")
            if number == 2 { #expect(summary.reopened == [id]) }
            if number == 0 || number == 3 { #expect(summary.finished == [id]) }
            #expect(
                try await fixture.book.licenceSummary()
                    == LicenceSummary(total: 1, reserved: 0, charged: 1, released: 0))
        }
        #expect(try await fixture.book.suppression(ofAddress: "a@x.org")?.outcome == "Unsubscribed")
        let delivery = try await fixture.book.history(ofAddress: "a@x.org").deliveries[0]
        #expect(delivery.events.count == news.count + 1)
        #expect(delivery.reason == "opt_out")
        #expect(try await fixture.book.audit().isBalanced)
    }

    @Test("a late Sent charges a licence that was given back, and says so")
    func lateSent() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed(["a@x.org", "b@x.org"])
        try await fixture.book([change(id, 0, .bounced, .expired)])
        _ = try await fixture.book.licenceSummary()
        let summary = try await fixture.book([change(id, 0, .sent, .accepted, at: 5)])
        #expect(summary.chargedLate == 1)
        #expect(try await fixture.outcomes() == ["Bounced": 1, "Queued": 1])
        #expect(
            try await fixture.book.licenceSummary() == LicenceSummary(total: 2, reserved: 1, charged: 1, released: 0))
        #expect(try await fixture.book.audit().isBalanced)
    }

    @Test("cancelling gives back the licences of open contacts only; their statuses stay, and late outcomes count")
    func cancelled() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed((0..<4).map { "p\($0)@x.org" })
        try await fixture.book([change(id, 0, .sent, .accepted), change(id, 1, .deferred, .temporary)])
        try await fixture.book.cancel(id, at: BookFixture.now)
        #expect(try await fixture.outcomes() == ["Sent": 1, "Deferred": 1, "Queued": 2])
        #expect(
            try await fixture.book.licenceSummary() == LicenceSummary(total: 4, reserved: 0, charged: 1, released: 3))
        #expect(try await fixture.book.audit().isBalanced)
        let summary = try await fixture.book([
            change(id, 1, .sent, .accepted, attempt: 2), change(id, 2, .deferred, .temporary),
            change(id, 3, .bounced, .noSuchUser),
        ])
        #expect((summary.chargedLate, summary.finished) == (1, []))
        #expect(try await fixture.outcomes() == ["Sent": 2, "Deferred": 1, "Bounced": 1])
        #expect(
            try await fixture.book.licenceSummary() == LicenceSummary(total: 4, reserved: 0, charged: 2, released: 2))
        #expect(try await fixture.book.mailing(id).state == .cancelled)
        let audit = try await fixture.book.audit()
        #expect(audit.isBalanced, "\(audit.checks.filter { !$0.ok })")
    }

    @Test("changes that name no delivery are counted and stop nothing")
    func unknown() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed(["a@x.org"])
        let summary = try await fixture.book([
            change(MailingID(rawValue: 99), 0, .sent, .accepted), change(id, 7, .sent, .accepted),
            change(id, 0, .sent, .accepted),
        ])
        #expect((summary.booked, summary.unknown, summary.finished) == (1, 2, [id]))
        #expect(try await fixture.book.audit().isBalanced)
    }

    @Test("only reasons that say something about the address suppress it")
    func suppression() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed((0..<6).map { "p\($0)@x.org" })
        let summary = try await fixture.book([
            change(id, 0, .bounced, .senderBlocked), change(id, 1, .bounced, .expired),
            change(id, 2, .rejected, .policy),
            change(id, 3, .spam, .spamContent), change(id, 4, .bounced, .mailboxDisabled),
            change(id, 5, .bounced, .nullMX),
        ])
        #expect(summary.suppressed.map(\.key) == ["p4@x.org", "p5@x.org"])
        let page = try await fixture.book.suppressions(limit: 1)
        #expect(page.map(\.reason) == ["mailbox_disabled"])
        #expect(try await fixture.book.suppressions(after: page[0].key).map(\.reason) == ["null_mx"])
        // The next mailing gives them the outcome that put them there.
        _ = try await fixture.running((0..<6).map { "p\($0)@x.org" }, campaign: "second")
        #expect(try await fixture.outcomes("second") == ["Queued": 4, "Bounced": 2])
        let history = try await fixture.book.history(ofAddress: "p5@x.org")
        #expect(history.deliveries.map(\.reason) == ["null_mx", "null_mx"])
        #expect(history.deliveries[1].events.map(\.rule) == ["L3"])
    }
}
