public import Delivery
import GRDB

extension ContactBook {
    /// Writes down another message for a mailing that was not started.
    /// - Parameters:
    ///   - template: The message, JSON that the book does not look into.
    ///   - files: The files that go with it; those that it has stay when `nil`.
    /// - Throws: ``ContactBookError`` with code `unknownMailing` or `badArgument`, `wrongState` when it was started.
    public func setMessage(_ id: MailingID, template: String, files: [MailingFile]?) async throws {
        try await write { db in
            let mailing = try Self.mailing(db, id)
            guard mailing.state == .draft else { throw Self.wrongState(mailing, to: "change its message") }
            try Self.checkJSON(db, template, "template", campaign: mailing.campaign)
            try db.execute(sql: "UPDATE mailings SET template = ? WHERE id = ?", arguments: [template, id.rawValue])
            if let files { try Self.replaceFiles(db, of: id, by: files) }
        }
    }

    /// The files that go with a mailing's messages, in their order.
    public func files(of id: MailingID) async throws -> [MailingFile] {
        try await read { db in
            try Row.fetchAll(
                db, sql: "SELECT name, type, inline, content FROM files WHERE mailing = ? ORDER BY id",
                arguments: [id.rawValue]
            ).map { MailingFile(name: $0[0], type: $0[1], isInline: $0[2], content: $0[3]) }
        }
    }

    static func replaceFiles(_ db: Database, of id: MailingID, by files: [MailingFile]) throws {
        try db.execute(sql: "DELETE FROM files WHERE mailing = ?", arguments: [id.rawValue])
        for file in files {
            try db.execute(
                sql: "INSERT INTO files (mailing, name, type, inline, content) VALUES (?, ?, ?, ?, ?)",
                arguments: [id.rawValue, file.name, file.type, file.isInline, file.content])
        }
    }
}
