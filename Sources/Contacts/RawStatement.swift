import GRDB
import GRDBSQLite

/// A cached statement driven through SQLite's own interface, for loops that run once per contact.
///
/// GRDB's bindings cost several times what SQLite needs for such a statement. To be used inside one database access; errors
/// are GRDB's.
struct RawStatement {
    private let db: Database
    // Keeps the pointer valid.
    private let statement: Statement
    private let pointer: OpaquePointer

    /// `SQLITE_TRANSIENT`, which C's macro does not carry over: SQLite copies the text.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(_ db: Database, sql: String) throws {
        self.db = db
        statement = try db.cachedStatement(sql: sql)
        pointer = statement.sqliteStatement
        sqlite3_reset(pointer)
    }

    /// Binds a number to a parameter, counted from 1.
    func bind(_ value: some BinaryInteger, at index: Int32) {
        sqlite3_bind_int64(pointer, index, Int64(truncatingIfNeeded: value))
    }

    /// Binds a text, or NULL.
    func bind(_ text: String?, at index: Int32) {
        guard var text else {
            sqlite3_bind_null(pointer, index)
            return
        }
        text.withUTF8 { bytes in
            // An empty text has no address, and SQLite would take none for NULL.
            guard let start = bytes.baseAddress, !bytes.isEmpty else {
                _ = sqlite3_bind_text(pointer, index, "", 0, Self.copied)
                return
            }
            start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                _ = sqlite3_bind_text(pointer, index, $0, Int32(bytes.count), Self.copied)
            }
        }
    }

    func bindNull(at index: Int32) {
        sqlite3_bind_null(pointer, index)
    }

    /// Moves on to the next row; `false` when there is none, and then the statement is ready to be bound anew.
    func step() throws -> Bool {
        switch sqlite3_step(pointer) {
        case SQLITE_ROW:
            return true
        case SQLITE_DONE:
            sqlite3_reset(pointer)
            return false
        case let code:
            let message = db.sqliteConnection.flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) }
            sqlite3_reset(pointer)
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message, sql: statement.sql)
        }
    }

    /// Runs a statement that gives no rows.
    func run() throws {
        while try step() {}
    }

    /// Makes the statement ready to be bound anew before its rows are all read.
    func reset() {
        sqlite3_reset(pointer)
    }

    func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(pointer, column) == SQLITE_NULL
    }

    func int(_ column: Int32) -> Int {
        Int(sqlite3_column_int64(pointer, column))
    }

    func int64(_ column: Int32) -> Int64 {
        sqlite3_column_int64(pointer, column)
    }

    /// A column's bytes as text; empty for NULL.
    func text(_ column: Int32) -> String {
        withBytes(column) { String(decoding: $0, as: UTF8.self) }
    }

    /// A column's bytes, valid inside the body only.
    func withBytes<T>(_ column: Int32, _ body: (UnsafeBufferPointer<UInt8>) throws -> T) rethrows -> T {
        let start = sqlite3_column_text(pointer, column)
        let count = start == nil ? 0 : Int(sqlite3_column_bytes(pointer, column))
        return try body(UnsafeBufferPointer(start: start, count: count))
    }

    /// How many rows the last statement of the connection changed.
    var changes: Int {
        db.sqliteConnection.map { Int(sqlite3_changes($0)) } ?? 0
    }
}
