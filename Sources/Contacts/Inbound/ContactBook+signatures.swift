public import Delivery
import Foundation
import GRDB

extension ContactBook {
    /// Remembers what a signature came with that does not cover it; both are kept among the ids of events, and forgotten with them.
    ///
    /// - Parameters:
    ///   - signature: stands for the signature alone.
    ///   - content: stands for the signature together with what it came with.
    /// - Returns: Whether the signature is new, or came with this before.
    public func admits(
        signature: InboundEventID, with content: InboundEventID, at now: UnixTime
    ) async throws -> Bool {
        try await write { db in
            let insert = try db.cachedStatement(
                sql: "INSERT INTO inbound_events (id, at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING")
            try insert.execute(arguments: [Data(signature.bytes), now.milliseconds])
            guard db.changesCount > 0 else {
                return try Bool.fetchOne(
                    db, sql: "SELECT EXISTS (SELECT 1 FROM inbound_events WHERE id = ?)",
                    arguments: [Data(content.bytes)]) ?? false
            }
            try insert.execute(arguments: [Data(content.bytes), now.milliseconds])
            return true
        }
    }
}
