import Delivery
import Testing

@testable import Contacts

@Suite("Deliveries that are held")
struct HeldTests {
    private func hold(_ id: MailingID, _ ordinal: UInt32, _ kind: HoldKind, at milliseconds: Int64 = 0) -> StatusChange
    {
        change(
            id, ordinal, .queued, kind.reason, phase: kind == .inDoubt ? .dot : .local, attempt: 0,
            reply: "connection lost", at: milliseconds)
    }

    @Test("a hold leaves outcome, licence and attempts, is listed, and keeps the mailing from ending")
    func held() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed((0..<4).map { "p\($0)@x.org" })
        try await fixture.book([
            change(id, 0, .sent, .accepted), change(id, 1, .deferred, .greylisted, reply: "451 later"),
            change(id, 3, .sent, .accepted),
        ])
        for _ in 0..<2 {
            let summary = try await fixture.book([hold(id, 1, .inDoubt, at: 500), hold(id, 2, .dead)])
            #expect(summary.finished.isEmpty)
            #expect(try await fixture.outcomes() == ["Sent": 2, "Deferred": 1, "Queued": 1])
            #expect(try await fixture.book.licenceSummary().reserved == 2)
            #expect(try await fixture.book.heldCounts(mailing: id) == HeldCounts(inDoubt: 1, dead: 1))
            #expect(try await fixture.book.audit().isBalanced)
        }
        let listed = try await fixture.book.held(mailing: id)
        #expect(
            listed == [
                HeldDelivery(
                    ordinal: 1, address: "p1@x.org", kind: .inDoubt, since: "2025-11-24T16:00:00.500Z",
                    reason: "connection lost"),
                HeldDelivery(
                    ordinal: 2, address: "p2@x.org", kind: .dead, since: "2025-11-24T16:00:00.000Z",
                    reason: "connection lost"),
            ])
        #expect(try await fixture.book.held(mailing: id, kind: .dead).map(\.ordinal) == [2])
        #expect(try await fixture.book.held(mailing: id, limit: 1).map(\.ordinal) == [1])
        #expect(try await fixture.book.held(mailing: id, after: 1).map(\.ordinal) == [2])
        let numbers = try await fixture.book.statistics(campaign: "survey").mailings[0]
        #expect((numbers.inDoubt, numbers.dead, numbers.attempts) == (1, 1, 3))
        let delivery = try await fixture.book.history(ofAddress: "p1@x.org").deliveries[0]
        #expect((delivery.status, delivery.reason, delivery.held) == ("Deferred", "greylisted", .inDoubt))
        #expect(
            delivery.events.map(\.reason) == ["waiting", "greylisted", "in_doubt_held", "in_doubt_held"])
        #expect(try await fixture.book.history(ofAddress: "p0@x.org").deliveries[0].held == nil)
        #expect(try await fixture.book.mailing(id).state == .running)
    }

    @Test("its owner's word decides: sent again, sent, or given up; a late Sent counts as well")
    func resolved() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed((0..<4).map { "p\($0)@x.org" })
        try await fixture.book((0..<4).map { hold(id, $0, $0 == 2 ? .dead : .inDoubt) })
        let summary = try await fixture.book([
            change(id, 0, .queued, .resentByOwner, phase: .local, attempt: 0),
            change(id, 1, .sent, .confirmedByOwner, phase: .local, attempt: 0),
            change(id, 2, .bounced, .droppedByOwner, phase: .local, attempt: 0), change(id, 3, .sent, .accepted),
        ])
        #expect(summary.suppressed.isEmpty)
        #expect(try await fixture.book.heldCounts(mailing: id) == HeldCounts())
        #expect(try await fixture.outcomes() == ["Queued": 1, "Sent": 2, "Bounced": 1])
        #expect(
            try await fixture.book.licenceSummary() == LicenceSummary(total: 4, reserved: 1, charged: 2, released: 1))
        #expect(try await fixture.open(id, from: 0, limit: 4).map(\.job.id.ordinal) == [0])
        #expect(try await fixture.book([change(id, 0, .sent, .accepted)]).finished == [id])
        // Too late to hold anything.
        try await fixture.book([hold(id, 0, .inDoubt)])
        #expect(try await fixture.book.heldCounts(mailing: id) == HeldCounts())
        #expect(try await fixture.book.mailing(id).state == .finished)
        #expect(try await fixture.book.audit().isBalanced)
    }

    @Test("a Redis that lost its data is given what is held apart from the jobs, also when it was suppressed since")
    func fedAgain() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed((0..<5).map { "p\($0)@x.org" })
        try await fixture.book([
            change(id, 0, .sent, .accepted), change(id, 1, .deferred, .greylisted), hold(id, 1, .inDoubt),
            hold(id, 3, .dead),
        ])
        _ = try await fixture.book.addSuppressions(["p1@x.org", "p4@x.org"], at: BookFixture.now)
        let batch = try await fixture.book.reserveBatch(
            mailing: id, from: 0, limit: 10, fieldNames: [], at: BookFixture.now)
        #expect(batch.jobs.map(\.job.id.ordinal) == [2])
        #expect(batch.held.map(\.entry.job.id.ordinal) == [1, 3])
        #expect(batch.held.map(\.kind) == [.inDoubt, .dead])
        #expect((batch.held[0].entry.job.attempts, batch.held[0].entry.lane) == (1, "x.org"))
        #expect((batch.suppressed, batch.nextOrdinal) == (1, 5))
        #expect(try await fixture.book.licenceSummary().reserved == 3)
        #expect(try await fixture.book.audit().isBalanced)
    }

    @Test("the bitmap has the settled and the held of what has been fed, as Redis counts bits")
    func bitmap() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.running((0..<20).map { $0 == 2 ? "bad" : "p\($0)@x.org" })
        #expect(try await fixture.book.settledBitmap(mailing: id).isEmpty)
        _ = try await fixture.book.reserveBatch(
            mailing: id, from: 0, limit: 18, fieldNames: [], at: BookFixture.now)
        try await fixture.book([
            change(id, 0, .sent, .accepted), change(id, 7, .bounced, .noSuchUser),
            change(id, 8, .deferred, .greylisted),
            hold(id, 9, .inDoubt), hold(id, 17, .dead), change(id, 18, .sent, .accepted),
        ])
        #expect(try await fixture.book.settledBitmap(mailing: id) == [0b1010_0001, 0b0100_0000, 0b0100_0000])
    }

    @Test("addresses are found among what is held, all or none of them; one that is not held is named")
    func ordinals() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed((0..<4).map { "p\($0)@x.org" } + ["p1@x.org"])
        try await fixture.book([
            change(id, 0, .sent, .accepted), hold(id, 1, .inDoubt), hold(id, 2, .dead), hold(id, 3, .inDoubt),
        ])
        func ordinals(_ kind: HoldKind, _ addresses: [String]? = nil) async throws -> [UInt32] {
            try await fixture.book.heldOrdinals(mailing: id, kind: kind, addresses: addresses)
        }
        #expect(try await ordinals(.inDoubt) == [1, 3])
        #expect(try await ordinals(.dead) == [2])
        #expect(try await ordinals(.inDoubt, [" P3@X.org", "p1@x.org", "p3@x.org"]) == [1, 3])
        #expect(try await ordinals(.inDoubt, []).isEmpty)
        let cases: [(HoldKind, String, ContactBookError.Code, String)] = [
            (.inDoubt, "p0@x.org", .wrongState, "p0@x.org is not held in doubt: it is Sent (accepted)."),
            (.inDoubt, "p2@x.org", .wrongState, "p2@x.org is not held in doubt: it is Queued (waiting)."),
            (.dead, "p1@x.org", .wrongState, "p1@x.org is not on the dead list: it is Queued (waiting)."),
            (
                .inDoubt, "q@x.org", .unknownContact,
                "The mailing “invitation” of campaign “survey” does not go to q@x.org."
            ),
        ]
        for (kind, address, code, message) in cases {
            let error = try await #require(throws: ContactBookError.self) {
                _ = try await ordinals(kind, ["p1@x.org", address].filter { kind == .inDoubt || $0 == address })
            }
            #expect((error.code, error.message) == (code, message))
        }
    }

    @Test("options are kept as they are given, and limits of sites until they are taken back")
    func optionsAndLimits() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.running(["a@x.org"])
        #expect(try await fixture.book.mailing(id).options == "{}")
        try await fixture.book.setOptions(id, #"{"weight":2}"#)
        try await fixture.book.setSiteLimits(#"{"burst":1}"#, for: "x.org")
        try await fixture.book.setSiteLimits(#"{"burst":2}"#, for: "x.org")
        try await fixture.book.setSiteLimits("{}", for: "*")
        try fixture.reopen()
        #expect(try await fixture.book.mailing(id).options == #"{"weight":2}"#)
        #expect(try await fixture.book.siteLimits() == ["x.org": #"{"burst":2}"#, "*": "{}"])
        try await fixture.book.setSiteLimits(nil, for: "x.org")
        try await fixture.book.setSiteLimits(nil, for: "nowhere.org")
        #expect(try await fixture.book.siteLimits() == ["*": "{}"])
        let malformed = try await #require(throws: ContactBookError.self) { try await fixture.book.setOptions(id, "{") }
        #expect(malformed.code == .badArgument)
        try await fixture.book.cancel(id, at: BookFixture.now)
        let ended = try await #require(throws: ContactBookError.self) { try await fixture.book.setOptions(id, "{}") }
        #expect(ended.code == .wrongState)
    }
}
