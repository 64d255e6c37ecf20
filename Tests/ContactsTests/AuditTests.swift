import Delivery
import Foundation
import Testing

@testable import Contacts

@Suite("The audit")
struct AuditTests {
    /// A mailing with one contact of every kind: Sent, Bounced, Soft Bounced and held, Invalid, Duplicated, Queued and fed.
    private func mixed() async throws -> BookFixture {
        let fixture = try BookFixture()
        let id = try await fixture.fed(["a@x.org", "b@x.org", "c@x.org", "bad", "a@x.org", "d@x.org"])
        try await fixture.book([
            change(id, 0, .deferred, .greylisted), change(id, 0, .sent, .accepted, attempt: 2),
            change(id, 1, .bounced, .noSuchUser), change(id, 2, .softBounced, .mailboxFull),
            change(id, 2, .queued, .inDoubtHeld, attempt: 0),
        ])
        return fixture
    }

    @Test("an honest book balances, and every check says what it compared")
    func balanced() async throws {
        let fixture = try await mixed()
        let report = try await fixture.book.audit()
        #expect(report.isBalanced, "\(report.checks.filter { !$0.ok })")
        #expect(report.checks.count > 20)
        let decoded = try JSONDecoder().decode(AuditReport.self, from: JSONEncoder().encode(report))
        #expect(decoded == report)
        await #expect(throws: ContactBookError.self) { _ = try await fixture.book.audit(campaign: "x") }
    }

    static let corruptions: [(String, String)] = [
        ("UPDATE deliveries SET outcome = 1 WHERE ordinal = 1", "1:1 is Sent/no_such_user"),
        ("UPDATE deliveries SET outcome = 0 WHERE ordinal = 3", "1:3 is Queued/bad_syntax"),
        ("UPDATE deliveries SET reason = 'moved' WHERE ordinal = 1", "1:1 is Bounced/moved"),
        ("UPDATE deliveries SET licence = 1 WHERE ordinal = 0", "1:0 has the licence reserved instead of charged"),
        ("UPDATE deliveries SET licence = 3 WHERE ordinal = 5", "1:5 has the licence released instead of reserved"),
        ("UPDATE deliveries SET licence = 0 WHERE ordinal = 1", "1:1 has the licence none instead of released"),
        ("UPDATE deliveries SET attempts = 7 WHERE ordinal = 2", "1:2 has 7 attempts"),
        ("UPDATE deliveries SET strikes = 2 WHERE ordinal = 2", "1:2 has 1 attempts and 2 strikes"),
        (
            "UPDATE deliveries SET held = 0 WHERE ordinal = 2",
            "1:2 is not held, its history says that it is held as in_doubt"
        ),
        ("UPDATE deliveries SET held = 2 WHERE ordinal = 2", "1:2 is held as dead"),
        (
            "UPDATE deliveries SET held = 1 WHERE ordinal = 0",
            "1:0 is held as in_doubt, its history says that it is not held"
        ),
        ("DELETE FROM history WHERE ordinal = 0 AND number = 1", "1:0 counts 2 events, its history has 1"),
        ("DELETE FROM history WHERE ordinal = 0 AND number = 0", "1:0 counts 2 events"),
        ("DELETE FROM deliveries WHERE ordinal = 2", "1:3 stands where 1:2 should"),
        ("DELETE FROM deliveries WHERE ordinal = 2", "history lines without a delivery"),
        ("DELETE FROM deliveries WHERE ordinal = 5", "audience laid down"),
        ("DELETE FROM contacts WHERE id = 2", "no such contacts row"),
        ("DELETE FROM contacts WHERE id = 2", "audience = contacts of the list"),
        ("UPDATE deliveries SET contact = 1 WHERE ordinal = 1", "1:1 stands"),
        ("UPDATE tallies SET count = count + 1 WHERE outcome = 1", "Sent, counted again"),
        ("UPDATE tallies SET count = count + 1 WHERE outcome = 1", "outcomes add up"),
        ("UPDATE mailings SET charged = 2", "licences charged"),
        ("UPDATE mailings SET reserved = 3", "licences reserved"),
        ("UPDATE mailings SET released = 0", "licences released"),
        ("UPDATE mailings SET attempts = 3", "attempts"),
        ("UPDATE mailings SET state = 'finished'", "open contacts of a finished mailing"),
        ("UPDATE licences SET total = 1", "licences used beyond the total"),
    ]

    @Test("whatever is changed behind the book's back is found and named", arguments: corruptions)
    func corrupted(sql: String, finding: String) async throws {
        let fixture = try await mixed()
        try await fixture.corrupt(sql)
        let report = try await fixture.book.audit()
        #expect(!report.isBalanced)
        let named = report.checks.filter { !$0.ok }.flatMap { ["\($0.name)"] + $0.findings }
        #expect(named.contains { $0.contains(finding) }, "\(named)")
    }
}
