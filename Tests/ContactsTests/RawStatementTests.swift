import GRDB
import Testing

@testable import Contacts

@Suite("Statements driven directly")
struct RawStatementTests {
    @Test("texts and numbers come back as they were bound, and an empty text is not NULL")
    func values() throws {
        try DatabaseQueue().write { db in
            try db.execute(sql: "CREATE TABLE t (number INTEGER, text TEXT) STRICT")
            let insert = try RawStatement(db, sql: "INSERT INTO t (number, text) VALUES (?, ?)")
            let rows: [(Int64?, String?)] = [
                (1, "plain"), (-7, ""), (Int64.max, nil), (nil, "Zoë 日本 🎈"), (Int64.min, "nul\0inside"),
            ]
            for (number, text) in rows {
                if let number { insert.bind(number, at: 1) } else { insert.bindNull(at: 1) }
                insert.bind(text, at: 2)
                try insert.run()
                #expect(insert.changes == 1)
            }
            let select = try RawStatement(db, sql: "SELECT number, text FROM t ORDER BY rowid")
            for (number, text) in rows {
                #expect(try select.step())
                #expect(select.isNull(0) == (number == nil))
                #expect(select.int64(0) == number ?? 0)
                #expect(select.isNull(1) == (text == nil))
                #expect(select.text(1) == text ?? "")
            }
            #expect(try !select.step())
        }
    }

    @Test("a broken rule of the schema is an error, and the statement can be used again")
    func errors() throws {
        try DatabaseQueue().write { db in
            try db.execute(sql: "CREATE TABLE t (number INTEGER NOT NULL CHECK (number > 0)) STRICT")
            let insert = try RawStatement(db, sql: "INSERT INTO t (number) VALUES (?)")
            insert.bind(0, at: 1)
            let error = #expect(throws: DatabaseError.self) { try insert.run() }
            #expect(error?.resultCode == .SQLITE_CONSTRAINT)
            insert.bind(5, at: 1)
            try insert.run()
            #expect(try Int.fetchAll(db, sql: "SELECT number FROM t") == [5])
        }
    }
}
