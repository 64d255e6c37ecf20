public import Delivery
import GRDB

extension ContactBook {
    /// Books status changes exactly once: they and their place in the outcome stream are written in one transaction.
    ///
    /// Changes of one delivery are applied in the order given. A batch whose position is not beyond the one booked last
    /// for its shard is not applied, and its summary is empty. Addresses that ended for a reason that suppresses are put on
    /// the suppression list; mailings that come to their end are marked as finished.
    /// - Parameters:
    ///   - events: what came back, which is booked after the changes: a report may be quicker than the result that it is about.
    ///   - streamPosition: the position of the last entry of the batch, `milliseconds-sequence`.
    ///   - now: the time written down when a mailing ends.
    /// - Throws: ``ContactBookError`` with code `badArgument` for a position that is none.
    public func book(
        _ changes: [StatusChange], inbound events: [InboundEvent] = [], streamPosition: String, shard: Int,
        at now: UnixTime
    ) async throws -> BookingSummary {
        guard let position = StreamPosition(streamPosition) else {
            throw ContactBookError(.badArgument, "“\(streamPosition)” is not a position in a stream.")
        }
        return try await write { db in
            if let booked = try Self.streamPosition(db, shard: shard), position <= booked { return BookingSummary() }
            var ledger = try DeliveryLedger(db, at: now)
            try ledger.book(changes)
            try InboundLedger.book(events, into: &ledger)
            try db.cachedStatement(
                sql: """
                    INSERT INTO stream_positions (shard, milliseconds, sequence) VALUES (?, ?, ?)
                    ON CONFLICT (shard) DO UPDATE SET milliseconds = excluded.milliseconds, sequence = excluded.sequence
                    """
            ).execute(arguments: [shard, position.milliseconds, position.sequence])
            return try ledger.finish()
        }
    }

    /// How far a shard's outcome stream has been booked; `nil` before the first batch.
    public func streamPosition(shard: Int) async throws -> StreamPosition? {
        try await read { db in try Self.streamPosition(db, shard: shard) }
    }

    private static func streamPosition(_ db: Database, shard: Int) throws -> StreamPosition? {
        let statement = try db.cachedStatement(
            sql: "SELECT milliseconds, sequence FROM stream_positions WHERE shard = ?")
        return try Row.fetchOne(statement, arguments: [shard]).map {
            StreamPosition(milliseconds: $0[0], sequence: $0[1])
        }
    }
}
