public import Delivery
import GRDB

/// How far a mailing's audience has been laid down.
public struct PreparationProgress: Codable, Hashable, Sendable {
    /// Contacts laid down so far.
    public var prepared: Int
    /// Whether this is the whole audience; the mailing then runs.
    public var isComplete: Bool
}

extension ContactBook {
    /// Lays down the next part of a started mailing's audience: one delivery for each contact, in the list's order.
    ///
    /// Contacts that are invalid, duplicated or suppressed get their outcome at once; the others are Queued. Call it until
    /// it is complete; what one call does is one transaction, so that a crash in between costs nothing.
    /// - Parameter limit: how many contacts this call takes at most.
    /// - Throws: ``ContactBookError`` with code `wrongState` when the mailing is not being prepared.
    public func prepare(_ id: MailingID, limit: Int = 10_000, at now: UnixTime) async throws -> PreparationProgress {
        try await write { db in
            let mailing = try Self.mailing(db, id)
            guard mailing.state == .preparing || mailing.state == .paused, mailing.audience == nil else {
                throw Self.wrongState(mailing, to: "prepare")
            }
            let added = try Self.layDown(db, mailing: mailing, limit: limit, at: now)
            let isComplete = added < limit
            if isComplete {
                try db.execute(
                    sql: """
                        UPDATE mailings SET audience = prepared,
                            state = CASE state WHEN 'preparing' THEN 'running' ELSE state END
                        WHERE id = ?
                        """,
                    arguments: [id.rawValue])
                _ = try MailingState.settle(db, mailing: id, at: now)
            }
            return PreparationProgress(prepared: mailing.prepared + added, isComplete: isComplete)
        }
    }

    /// Makes deliveries for the next contacts, with their histories and tallies; answers how many.
    private static func layDown(_ db: Database, mailing: Mailing, limit: Int, at now: UnixTime) throws -> Int {
        let first = mailing.prepared
        // The order of the cases is the rule: L1 before L2 before L3. Duplicated: an occurrence beyond the first.
        try db.cachedStatement(
            sql: """
                INSERT INTO deliveries (mailing, ordinal, contact, outcome, reason, events, changed_at)
                SELECT ?1, ?2 - 1 + row_number() OVER (ORDER BY c.id), c.id,
                    CASE WHEN c.problem IS NOT NULL THEN 2 WHEN c.occurrence > 1 THEN 3 ELSE ifnull(s.outcome, 0) END,
                    CASE WHEN c.problem IS NOT NULL THEN 'bad_syntax' WHEN c.occurrence > 1 THEN 'duplicate'
                        ELSE ifnull(s.reason, 'waiting') END,
                    c.problem IS NOT NULL OR c.occurrence > 1 OR s.key IS NOT NULL,
                    ?3
                FROM (
                    SELECT id, key, occurrence, problem FROM contacts
                    WHERE list = (
                            SELECT list FROM campaigns JOIN mailings ON mailings.campaign = campaigns.id
                            WHERE mailings.id = ?1)
                        AND id > (SELECT prepared_contact FROM mailings WHERE id = ?1)
                        AND id <= (SELECT last_contact FROM mailings WHERE id = ?1)
                    ORDER BY id LIMIT ?4
                ) c LEFT JOIN suppressions s ON s.key = c.key
                """
        ).execute(arguments: [mailing.number, first, now.milliseconds, limit])
        let added = db.changesCount
        guard added > 0 else { return 0 }
        try db.execute(
            sql: """
                INSERT INTO history (mailing, ordinal, number, at, outcome, reason, rule, phase, attempt, reply)
                SELECT mailing, ordinal, 0, changed_at, outcome, reason,
                    CASE outcome WHEN 2 THEN 'L1' WHEN 3 THEN 'L2' ELSE 'L3' END, 0, 0, ''
                FROM deliveries WHERE mailing = ? AND ordinal >= ? AND outcome <> 0
                """,
            arguments: [mailing.number, first])
        let tallies = try Row.fetchAll(
            db, sql: "SELECT outcome, count(*) FROM deliveries WHERE mailing = ? AND ordinal >= ? GROUP BY outcome",
            arguments: [mailing.number, first])
        for row in tallies { try DeliveryLedger.tally(db, mailing: mailing.number, outcome: row[0], by: row[1]) }
        try db.execute(
            sql: """
                UPDATE mailings SET prepared = prepared + ?, prepared_contact =
                    (SELECT contact FROM deliveries WHERE mailing = id ORDER BY ordinal DESC LIMIT 1)
                WHERE id = ?
                """,
            arguments: [added, mailing.number])
        return added
    }
}
