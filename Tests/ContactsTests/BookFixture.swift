import Delivery
import Foundation
import GRDB

@testable import Contacts

/// A contact book in a directory of its own, which goes away with the fixture.
final class BookFixture {
    static let now = UnixTime(milliseconds: 1_764_000_000_000)

    let directory: URL
    private(set) var book: ContactBook
    private var files = 0
    private var positions: Int64 = 0

    init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("book-\(UUID().uuidString)")
        book = try ContactBook(directory: directory.path)
    }

    deinit {
        try? book.close()
        try? FileManager.default.removeItem(at: directory)
    }

    /// Closes the book and opens it again, as a restarted coordinator does.
    func reopen() throws {
        try book.close()
        book = try ContactBook(directory: directory.path)
    }

    /// Writes a file and answers its path.
    func file(_ text: String) throws -> String {
        try file(Array(text.utf8))
    }

    func file(_ bytes: [UInt8]) throws -> String {
        files += 1
        let url = directory.appendingPathComponent("file-\(files).csv")
        try Data(bytes).write(to: url)
        return url.path
    }

    @discardableResult
    func importText(_ text: String, list: String = "people", skipMalformed: Bool = false) async throws -> ImportReport {
        try await book.importCSV(path: file(text), list: list, skipMalformed: skipMalformed, at: Self.now)
    }

    /// A campaign over addresses, started and laid down; licences are added for all.
    func running(_ addresses: [String], campaign: String = "survey", list: String = "people", licences: Int? = nil)
        async throws -> MailingID
    {
        try await importText("email\n" + addresses.joined(separator: "\n") + "\n", list: list)
        let created = try await book.createCampaign(
            name: campaign, list: list, template: "{}", retry: "{}", at: Self.now)
        let id = created.mailings[0].id
        if licences ?? addresses.count > 0 { _ = try await book.addLicences(licences ?? addresses.count) }
        try await book.start(id, at: Self.now)
        while try await !book.prepare(id, limit: 100, at: Self.now).isComplete {}
        return id
    }

    /// The same, and fed wholly.
    func fed(_ addresses: [String], campaign: String = "survey", list: String = "people") async throws -> MailingID {
        let id = try await running(addresses, campaign: campaign, list: list)
        var next: UInt32 = 0
        while next < addresses.count {
            next = try await book.reserveBatch(
                mailing: id, from: next, limit: 100, fieldNames: [], at: Self.now
            ).nextOrdinal
        }
        return id
    }

    /// The open deliveries of a range that was fed before, as a Redis that lost its data gets them.
    func open(_ mailing: MailingID, from first: UInt32, limit: Int) async throws -> [FeedBatch.Entry] {
        try await book.reserveBatch(mailing: mailing, from: first, limit: limit, fieldNames: [], at: Self.now).jobs
    }

    /// Books changes as the next batch of shard 0.
    @discardableResult
    func book(_ changes: [StatusChange]) async throws -> BookingSummary {
        positions += 1
        return try await book.book(changes, streamPosition: "\(positions)-0", shard: 0, at: Self.now)
    }

    /// Changes the file behind the book's back, with the schema's checks off.
    func corrupt(_ sql: String) async throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: book.path, configuration: configuration)
        try await queue.write { db in
            try db.execute(sql: "PRAGMA ignore_check_constraints = ON")
            try db.execute(sql: sql)
        }
        try queue.close()
    }

    func outcomes(_ campaign: String = "survey") async throws -> [String: Int] {
        try await book.statistics(campaign: campaign).mailings[0].outcomes.filter { $0.value > 0 }
    }
}

/// Short for a status change in tests; each is a second after the one before it by attempt.
func change(
    _ mailing: MailingID, _ ordinal: UInt32, _ outcome: Outcome, _ reason: Reason, phase: DeliveryPhase = .rcpt,
    attempt: UInt16 = 1, reply: String = "", at milliseconds: Int64 = 0
) -> StatusChange {
    StatusChange(
        job: DeliveryJob.ID(mailing: mailing, ordinal: ordinal),
        time: UnixTime(milliseconds: BookFixture.now.milliseconds + Int64(attempt) * 1000 + milliseconds),
        outcome: outcome,
        reason: reason, rule: "5m", phase: phase, attempt: attempt, reply: reply)
}
