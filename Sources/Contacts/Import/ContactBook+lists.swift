import Delivery
import GRDB

/// A list of contacts.
public struct ContactList: Codable, Hashable, Sendable {
    public var name: String
    /// The merge fields of its contacts: the columns of all its imports but `email`.
    public var columns: [String]
    /// How many contacts it has.
    public var contacts: Int
    /// When it was made, ISO 8601.
    public var created: String
    /// Its newest import.
    public var lastImport: ImportRecord?
}

/// An import as the book remembers it.
public struct ImportRecord: Codable, Hashable, Sendable {
    public var file: String
    public var state: ImportState
    public var rows: Int
    public var added: Int
    public var updated: Int
    public var invalid: Int
    public var duplicates: Int
    public var malformed: Int
    /// When it began, ISO 8601.
    public var started: String
    /// When it ended, ISO 8601; `nil` while it is applied, and after a crash.
    public var finished: String?
}

extension ContactBook {
    /// All lists by name.
    public func lists() async throws -> [ContactList] {
        try await read { db in
            try String.fetchAll(db, sql: "SELECT name FROM lists ORDER BY name").map { try Self.list(db, named: $0) }
        }
    }

    /// One list.
    /// - Throws: ``ContactBookError`` with code `unknownList`.
    public func list(named name: String) async throws -> ContactList {
        try await read { db in try Self.list(db, named: name) }
    }

    private static func list(_ db: Database, named name: String) throws -> ContactList {
        let id = try listID(db, named: name)
        let row = try Row.fetchOne(
            db,
            sql:
                "SELECT columns, created, (SELECT count(*) FROM contacts WHERE list = lists.id) FROM lists WHERE id = ?",
            arguments: [id])
        return ContactList(
            name: name, columns: MergeFields.texts(ofArray: row?[0] ?? "[]"), contacts: row?[2] ?? 0,
            created: UnixTime(milliseconds: row?[1] ?? 0).iso8601, lastImport: try lastImport(db, list: id))
    }

    /// The newest import into a list; `nil` before the first.
    static func lastImport(_ db: Database, list: Int64) throws -> ImportRecord? {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT file, state, rows, added, updated, invalid, duplicates, malformed, started, finished FROM imports
                WHERE list = ? ORDER BY id DESC LIMIT 1
                """,
            arguments: [list])
        return row.map { row in
            ImportRecord(
                file: row[0], state: ImportState(rawValue: row[1]) ?? .interrupted, rows: row[2], added: row[3],
                updated: row[4], invalid: row[5], duplicates: row[6], malformed: row[7],
                started: UnixTime(milliseconds: row[8]).iso8601,
                finished: (row[9] as Int64?).map { UnixTime(milliseconds: $0).iso8601 })
        }
    }
}
