import Delivery
import Foundation
import GRDB
import Testing

@testable import Contacts

@Suite("Books of earlier versions")
struct MigrationTests {
    @Test("a book without options and holds is opened, and everything in it is as it was")
    func thirdToFourth() async throws {
        let directory = try await earlierBook(
            "3 licences, suppressions and stream positions",
            """
            INSERT INTO mailings (id, campaign, name, state, template, retry, created, started, last_contact,
                    prepared_contact, prepared, audience, fed, reserved)
                VALUES (1, 1, 'invitation', 'running', '{}', '{}', 0, 0, 1, 1, 1, 1, 1, 1);
            INSERT INTO deliveries (mailing, ordinal, contact, outcome, reason, licence, changed_at, queued_at)
                VALUES (1, 0, 1, 0, 'waiting', 1, 0, 0);
            INSERT INTO tallies (mailing, outcome, count) VALUES (1, 0, 1);
            UPDATE licences SET total = 1;
            """)
        defer { try? FileManager.default.removeItem(at: directory) }
        let book = try ContactBook(directory: directory.path)
        let mailing = try await book.mailing(MailingID(rawValue: 1))
        #expect((mailing.state, mailing.fed, mailing.options) == (.running, 1, "{}"))
        #expect(try await book.heldCounts(mailing: mailing.id) == HeldCounts())
        #expect(try await book.siteLimits().isEmpty)
        #expect(try await book.files(of: mailing.id).isEmpty)
        let audit = try await book.audit()
        #expect(audit.isBalanced, "\(audit.checks.filter { !$0.ok })")
        try book.close()
    }

    @Test("who left or complained before that was counted is counted when the book is opened")
    func eighth() async throws {
        let directory = try await earlierBook(
            "7 what came back",
            """
            INSERT INTO mailings (id, campaign, name, state, template, retry, created)
                VALUES (1, 1, 'invitation', 'draft', '{}', '{}', 0);
            INSERT INTO deliveries (mailing, ordinal, contact, outcome, reason, changed_at)
                VALUES (1, 0, 1, 4, 'opt_out', 0);
            INSERT INTO history (mailing, ordinal, number, at, outcome, reason, rule, phase, attempt, reply) VALUES
                (1, 0, 0, 0, 6, 'complaint', 'N3', 11, 0, ''), (1, 0, 1, 0, 4, 'opt_out', 'U1', 12, 0, ''),
                (1, 0, 2, 0, 4, 'opt_out', 'L3', 0, 0, '');
            """)
        defer { try? FileManager.default.removeItem(at: directory) }
        let book = try ContactBook(directory: directory.path)
        let responses = try await book.statistics(campaign: "c").mailings[0].responses
        #expect((responses.unsubscribed, responses.complaints) == (1, 1))
        try book.close()
    }

    /// The directory of a book as it was at a migration, with a list of one contact, a campaign, and what the test adds.
    private func earlierBook(_ migration: String, _ sql: String) async throws -> URL {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("book-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let queue = try DatabaseQueue(path: directory.appendingPathComponent(ContactBook.fileName).path)
        try ContactBook.migrator.migrate(queue, upTo: migration)
        try await queue.write { db in
            try db.execute(
                sql: """
                    INSERT INTO lists (id, name, columns, created) VALUES (1, 'l', '[]', 0);
                    INSERT INTO imports (id, list, file, state, started, rows, added) VALUES (1, 1, 'f', 'complete', 0, 1, 1);
                    INSERT INTO contacts (id, list, key, occurrence, address, lane, fields, import)
                        VALUES (1, 1, 'a@x.org', 1, 'a@x.org', 'x.org', '{}', 1);
                    INSERT INTO campaigns (id, name, list, created) VALUES (1, 'c', 1, 0);
                    """ + sql)
        }
        try queue.close()
        return directory
    }
}
