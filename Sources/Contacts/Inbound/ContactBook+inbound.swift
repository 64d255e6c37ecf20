public import Delivery
import GRDB

extension ContactBook {
    /// Books events that did not come by the outcome stream, in one transaction, each id once.
    ///
    /// Deliveries are found by what the events name and never guessed; addresses that say no are suppressed either way. What finds
    /// nobody is listed by ``unmatchedEvents(before:limit:)``.
    public func book(inbound events: [InboundEvent], at now: UnixTime) async throws -> BookingSummary {
        try await write { db in
            var ledger = try DeliveryLedger(db, at: now)
            try InboundLedger.book(events, into: &ledger)
            return try ledger.finish()
        }
    }

    /// One page of the events for which no delivery was found, the newest first.
    /// - Parameter cursor: the number of the last one of the page before; `nil` for the first page.
    public func unmatchedEvents(before cursor: Int64? = nil, limit: Int = 1000) async throws -> [UnmatchedEvent] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT \(UnmatchedEvent.columns) FROM inbound_unmatched WHERE id < ? ORDER BY id DESC LIMIT ?",
                arguments: [cursor ?? .max, limit]
            ).map(UnmatchedEvent.init(row:))
        }
    }

    /// How many events came back since the book was made, by source and by what became of them.
    public func inboundCounts() async throws -> [String: InboundSummary] {
        try await read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT source, kind, count FROM inbound_counts")
            return rows.reduce(into: [:]) { counts, row in
                guard let fate = InboundFate(rawValue: row[1]) else { return }
                counts[row[0], default: InboundSummary()].count(fate, by: row[2])
            }
        }
    }

    /// Forgets the ids of events that are older than any sender goes on repeating, old or very many unmatched ones, and bounces that
    /// wait for a Sent that does not come: these become notes in the history.
    public func tidyInbound(
        at now: UnixTime, keeping age: Duration = .seconds(30 * 24 * 3600), patience: Duration = .seconds(600),
        unmatched most: Int = 100_000
    ) async throws {
        try await write { db in
            var ledger = try DeliveryLedger(db, at: now)
            try ledger.noteEarlyBounces(takenBefore: now + (.zero - patience))
            _ = try ledger.finish()
            let oldest = (now + (.zero - age)).milliseconds
            try db.execute(sql: "DELETE FROM inbound_events WHERE at < ?", arguments: [oldest])
            try db.execute(
                sql: """
                    DELETE FROM inbound_unmatched
                    WHERE at < ? OR id <= (SELECT ifnull(max(id), 0) FROM inbound_unmatched) - ?
                    """,
                arguments: [oldest, most])
        }
    }
}
