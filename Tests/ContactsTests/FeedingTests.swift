import Delivery
import Testing

@testable import Contacts

@Suite("Feeding the queue")
struct FeedingTests {
    @Test("a batch carries address, lane, merge fields and what is known of the delivery")
    func jobs() async throws {
        let fixture = try BookFixture()
        try await fixture.importText("email,name,city\nAda@Example.ORG,Ada,Zürich\nbob@b.net,\"B \"\"b\"\"\",\n")
        let id = try await fixture.running([])
        let batch = try await fixture.book.reserveBatch(
            mailing: id, from: 0, limit: 10, fieldNames: ["city", "email", "name"], at: BookFixture.now)
        #expect(batch.jobs.isEmpty, "no licences yet")
        #expect(batch.licencesExhausted)
        #expect(batch.nextOrdinal == 0)
        #expect(try await fixture.book.mailing(id).state == .waiting)

        _ = try await fixture.book.addLicences(5)
        let next = try await fixture.book.reserveBatch(
            mailing: id, from: 0, limit: 10, fieldNames: ["city", "email", "name"], at: BookFixture.now)
        let address = try EmailAddress(parsing: "Ada@Example.ORG").normalized
        #expect(
            next.jobs == [
                .init(
                    job: DeliveryJob(
                        id: .init(mailing: id, ordinal: 0), address: address, fields: ["Zürich", address, "Ada"]),
                    lane: "example.org"),
                .init(
                    job: DeliveryJob(
                        id: .init(mailing: id, ordinal: 1), address: "bob@b.net", fields: ["", "bob@b.net", "B \"b\""]),
                    lane: "b.net"),
            ])
        #expect(next.nextOrdinal == 2)
        #expect(try await fixture.book.mailing(id).state == .running)
        #expect(
            try await fixture.book.licenceSummary()
                == LicenceSummary(total: 5, reserved: 2, charged: 0, released: 0))
    }

    @Test("the same range asked for again reserves nothing twice, also after a crash")
    func idempotent() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.running((0..<10).map { "p\($0)@x.org" }, licences: 20)
        func reserve(_ from: UInt32, _ limit: Int) async throws -> FeedBatch {
            try await fixture.book.reserveBatch(
                mailing: id, from: from, limit: limit, fieldNames: [], at: BookFixture.now)
        }
        let first = try await reserve(0, 4)
        #expect(first.jobs.map(\.job.id.ordinal) == [0, 1, 2, 3])
        try fixture.reopen()
        #expect(try await fixture.book.mailing(id).fed == 4)
        #expect(try await reserve(0, 4) == first)
        #expect(try await fixture.book.licenceSummary().reserved == 4)
        #expect(try await reserve(2, 4).jobs.map(\.job.id.ordinal) == [2, 3, 4, 5])
        #expect(try await fixture.book.licenceSummary().reserved == 6)
        let gap = try await #require(throws: ContactBookError.self) { _ = try await reserve(7, 1) }
        #expect(gap.code == .badArgument)
        #expect(try await fixture.book.audit().isBalanced)
        // What is settled is not given out again; what is open comes with its past.
        try await fixture.book([
            change(id, 0, .sent, .accepted), change(id, 1, .softBounced, .mailboxFull),
            change(id, 1, .deferred, .greylisted, attempt: 2),
        ])
        let open = try await fixture.open(id, from: 0, limit: 4)
        #expect(open.map(\.job.id.ordinal) == [1, 2, 3])
        #expect((open[0].job.attempts, open[0].job.strikes) == (2, 1))
        #expect(open[0].job.firstAttempt == BookFixture.now + .seconds(1))
    }

    @Test("licences run out in the middle of a batch; a top-up goes on from there", arguments: [0, 1, 4, 9])
    func exhaustion(licences: Int) async throws {
        let fixture = try BookFixture()
        let id = try await fixture.running((0..<10).map { "p\($0)@x.org" }, licences: licences)
        let batch = try await fixture.book.reserveBatch(
            mailing: id, from: 0, limit: 100, fieldNames: [], at: BookFixture.now)
        #expect(batch.jobs.count == licences)
        #expect(batch.licencesExhausted)
        #expect(batch.nextOrdinal == UInt32(licences))
        #expect(try await fixture.book.licenceSummary().available == 0)
        #expect(try await fixture.book.mailing(id).state == .waiting)
        #expect(try await fixture.book.audit().isBalanced)
        #expect(try await fixture.book.addLicences(100).available == 100)
        let rest = try await fixture.book.reserveBatch(
            mailing: id, from: batch.nextOrdinal, limit: 100, fieldNames: [], at: BookFixture.now)
        #expect(rest.jobs.count == 10 - licences)
        #expect(rest.nextOrdinal == 10 && !rest.licencesExhausted)
        #expect(try await fixture.book.mailing(id).state == .running)
    }

    @Test("who was suppressed since the audience was laid down is decided here and takes no licence")
    func suppressedMeanwhile() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.running(["a@x.org", "b@x.org", "c@x.org"], licences: 2)
        _ = try await fixture.book.addSuppressions(["b@x.org"], at: BookFixture.now)
        let batch = try await fixture.book.reserveBatch(
            mailing: id, from: 0, limit: 10, fieldNames: [], at: BookFixture.now)
        #expect(batch.jobs.map(\.job.address) == ["a@x.org", "c@x.org"])
        #expect(batch.suppressed == 1)
        #expect(batch.nextOrdinal == 3 && !batch.licencesExhausted)
        #expect(try await fixture.outcomes() == ["Queued": 2, "Unsubscribed": 1])
        #expect(try await fixture.book.removeSuppressions(["B@x.org", "nobody@x.org"]) == 1)
        let audit = try await fixture.book.audit()
        #expect(audit.isBalanced, "\(audit.checks.filter { !$0.ok })")
    }

    @Test("nothing is reserved for a mailing that does not run")
    func states() async throws {
        let fixture = try BookFixture()
        let id = try await fixture.running(["a@x.org", "b@x.org"])
        func reserve() async throws -> FeedBatch {
            try await fixture.book.reserveBatch(mailing: id, from: 0, limit: 1, fieldNames: [], at: BookFixture.now)
        }
        try await fixture.book.pause(id)
        let paused = try await #require(throws: ContactBookError.self) { _ = try await reserve() }
        #expect(paused.code == .wrongState)
        #expect(paused.message.contains("paused"))
        await #expect(throws: ContactBookError.self) { try await fixture.book.pause(id) }
        try await fixture.book.resume(id)
        await #expect(throws: ContactBookError.self) { try await fixture.book.resume(id) }
        #expect(try await reserve().jobs.count == 1)
        try await fixture.book.cancel(id, at: BookFixture.now)
        await #expect(throws: ContactBookError.self) { _ = try await reserve() }
        await #expect(throws: ContactBookError.self) { try await fixture.book.cancel(id, at: BookFixture.now) }
        await #expect(throws: ContactBookError.self) { try await fixture.book.start(id, at: BookFixture.now) }
    }
}
