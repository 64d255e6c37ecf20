import Delivery
import Foundation
import GRDB

/// The contact book: lists, contacts, campaigns, deliveries, histories, licences and suppressions in one SQLite file.
///
/// Only the coordinator opens it. Every write is one transaction over a batch; readers run beside the writer (WAL).
public final class ContactBook: Sendable {
    /// The name of the book's file inside the data directory.
    public static let fileName = "book.sqlite"

    /// Where the file is, for messages.
    public let path: String
    let pool: DatabasePool

    /// Opens the book in a data directory, creating and migrating it as needed.
    ///
    /// An import that was under way when the book was last closed is marked as interrupted.
    /// - Throws: ``ContactBookError`` with code `storage` when the file cannot be opened.
    public init(directory: String) throws {
        path = (directory as NSString).appendingPathComponent(Self.fileName)
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            pool = try DatabasePool(path: path, configuration: Self.configuration)
            try Self.migrator.migrate(pool)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            try pool.write { db in
                try db.execute(sql: "UPDATE imports SET state = 'interrupted' WHERE state = 'applying'")
            }
        } catch {
            throw ContactBookError(
                .storage, "The contact book at \(path) cannot be opened: \(error). Check the data directory.",
                underlying: error)
        }
    }

    /// Closes the file; anything that still uses the book fails afterwards.
    public func close() throws {
        try pool.close()
    }

    /// The connections' settings: foreign keys, a page cache that holds the hot part of the indexes, a long WAL.
    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "contact-book"
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = 4
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { db in
            // What is booked is forgotten in Redis at once: it must be on the disk by then, whatever happens to the power.
            try db.execute(sql: "PRAGMA synchronous = FULL")
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
            if !db.configuration.readonly {
                // In KiB, as the minus sign says: enough for the keys of a million contacts.
                try db.execute(sql: "PRAGMA cache_size = -65536")
                // In pages: 128 MiB. A page that many batches touch is copied into the book once.
                try db.execute(sql: "PRAGMA wal_autocheckpoint = 32000")
            }
        }
        return configuration
    }

    /// Runs one write transaction; database errors come out as ``ContactBookError`` with code `storage`.
    func write<T: Sendable>(_ body: @Sendable (Database) throws -> T) async throws -> T {
        do {
            return try await pool.write(body)
        } catch let error as DatabaseError {
            throw storageError(error)
        }
    }

    /// Runs one read on a snapshot of the book.
    func read<T: Sendable>(_ body: @Sendable (Database) throws -> T) async throws -> T {
        do {
            return try await pool.read(body)
        } catch let error as DatabaseError {
            throw storageError(error)
        }
    }

    private func storageError(_ error: DatabaseError) -> ContactBookError {
        ContactBookError(.storage, "The contact book at \(path) failed: \(error.description)", underlying: error)
    }
}
