import Delivery
import GRDB
import Synchronization

/// An import in its second pass: what it writes in each of its transactions.
struct ImportRun: Sendable {
    /// What one chunk did.
    struct Counts: Sendable {
        var added = 0
        var updated = 0
        var duplicates = 0
        var invalid = 0
    }

    /// How often keys that stand many times in the file have been seen, so that finding their next free row stays cheap.
    ///
    /// Only keys seen at least eight times are kept: an eighth of the rows at worst.
    final class Repeats: Sendable {
        static let threshold = 8
        let seen = Mutex<[String: Int]>([:])
    }

    let id: Int64
    let list: Int64

    /// Opens the import: makes the list or adds the file's columns to it, and writes the import down as applying.
    static func begin(
        _ db: Database, list name: String, columns: [String], file: String, malformed: Int, at now: UnixTime
    ) throws -> ImportRun {
        let list: Int64
        if let row = try Row.fetchOne(db, sql: "SELECT id, columns FROM lists WHERE name = ?", arguments: [name]) {
            list = row[0]
            let running = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM imports WHERE list = ? AND state = 'applying')",
                arguments: [list])
            if running == true {
                throw ContactBookError(
                    .importRunning, "Another import into the list “\(name)” is under way; wait for its end.")
            }
            let known = MergeFields.texts(ofArray: row[1])
            let all = known + columns.filter { !known.contains($0) }
            try db.execute(
                sql: "UPDATE lists SET columns = ? WHERE id = ?", arguments: [MergeFields.array(of: all), list])
        } else {
            try db.execute(
                sql: "INSERT INTO lists (name, columns, created) VALUES (?, ?, ?)",
                arguments: [name, MergeFields.array(of: columns), now.milliseconds])
            list = db.lastInsertedRowID
        }
        try db.execute(
            sql: "INSERT INTO imports (list, file, state, started, malformed) VALUES (?, ?, 'applying', ?, ?)",
            arguments: [list, file, now.milliseconds, malformed])
        return ImportRun(id: db.lastInsertedRowID, list: list)
    }

    /// Closes the import.
    func end(_ db: Database, state: ImportState, at now: UnixTime) throws {
        try db.execute(
            sql: "UPDATE imports SET state = ?, finished = ? WHERE id = ?",
            arguments: [state.rawValue, now.milliseconds, id])
    }

    /// Applies rows: each takes the first contact of its key that this import has not touched, or becomes the next one.
    func apply(_ rows: [ImportedContact], repeats: Repeats, to db: Database) throws -> Counts {
        var counts = Counts()
        // One statement says all: a row that this import has touched already is left alone (no change is counted), another
        // is brought up to date, a new one is given an id that the connection has not inserted last: so it is told apart.
        let upsert = try RawStatement(
            db,
            sql: """
                INSERT INTO contacts (key, list, occurrence, address, lane, fields, problem, import, id)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (key, list, occurrence) DO UPDATE
                SET address = excluded.address, lane = excluded.lane, fields = excluded.fields,
                    problem = excluded.problem, import = excluded.import
                WHERE import <> excluded.import
                """)
        var next = max(try Int64.fetchOne(db, sql: "SELECT max(id) FROM contacts") ?? 0, db.lastInsertedRowID) + 1
        for row in rows {
            var occurrence = 1
            repeats.seen.withLock { seen in
                if !seen.isEmpty, let count = seen[row.form.key] { occurrence = count + 1 }
            }
            upsert.bind(row.form.key, at: 1)
            upsert.bind(list, at: 2)
            upsert.bind(row.form.address, at: 4)
            upsert.bind(row.form.lane, at: 5)
            upsert.bind(row.fields, at: 6)
            upsert.bind(row.form.problem, at: 7)
            upsert.bind(id, at: 8)
            while true {
                upsert.bind(occurrence, at: 3)
                upsert.bind(next, at: 9)
                try upsert.run()
                if upsert.changes > 0 { break }
                occurrence += 1
            }
            if occurrence >= Repeats.threshold { repeats.seen.withLock { $0[row.form.key] = occurrence } }
            if occurrence > 1 { counts.duplicates += 1 }
            if row.form.problem != nil { counts.invalid += 1 }
            if db.lastInsertedRowID == next {
                next += 1
                counts.added += 1
            } else {
                counts.updated += 1
            }
        }
        try db.execute(
            sql: """
                UPDATE imports SET rows = rows + ?, added = added + ?, updated = updated + ?, invalid = invalid + ?,
                    duplicates = duplicates + ? WHERE id = ?
                """,
            arguments: [rows.count, counts.added, counts.updated, counts.invalid, counts.duplicates, id])
        return counts
    }
}
