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
    /// An invitation goes to all contacts of the list, a reminder to those of an earlier mailing that fit at this moment: each of
    /// them is decided once. Contacts that are invalid, duplicated or suppressed get their outcome at once; the others are Queued.
    /// Call it until it is complete; what one call does is one transaction, so that a crash in between costs nothing.
    /// - Parameter limit: how many contacts this call takes, or decides about, at most.
    /// - Throws: ``ContactBookError`` with code `wrongState` when the mailing is not being prepared.
    public func prepare(_ id: MailingID, limit: Int = 10_000, at now: UnixTime) async throws -> PreparationProgress {
        try await write { db in
            let mailing = try Self.mailing(db, id)
            guard mailing.state == .preparing || mailing.state == .paused, mailing.audience == nil else {
                throw Self.wrongState(mailing, to: "prepare")
            }
            let (added, isComplete) =
                if let audience = try SelectedAudience(db, of: id) {
                    try Self.layDown(db, mailing: mailing, audience, limit: limit, at: now)
                } else {
                    try Self.layDownList(db, mailing: mailing, limit: limit, at: now)
                }
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

    /// Makes deliveries for the next contacts of the list; answers how many, and whether these were the last.
    private static func layDownList(
        _ db: Database, mailing: Mailing, limit: Int, at now: UnixTime
    ) throws -> (added: Int, isComplete: Bool) {
        let people = """
            SELECT id, key, occurrence, problem FROM contacts
            WHERE list = (
                    SELECT list FROM campaigns JOIN mailings ON mailings.campaign = campaigns.id
                    WHERE mailings.id = :mailing)
                AND id > (SELECT prepared_contact FROM mailings WHERE id = :mailing)
                AND id <= (SELECT last_contact FROM mailings WHERE id = :mailing)
            ORDER BY id LIMIT :limit
            """
        let added = try layDown(db, mailing: mailing, people, ["limit": limit], at: now)
        return (added, added < limit)
    }

    /// Decides about the next contacts of an earlier mailing, and makes deliveries for those that fit.
    private static func layDown(
        _ db: Database, mailing: Mailing, _ audience: SelectedAudience, limit: Int, at now: UnixTime
    ) throws -> (added: Int, isComplete: Bool) {
        let until = min(audience.decided + max(0, limit), audience.end)
        let added = try layDown(
            db, mailing: mailing, audience.people,
            ["source": audience.source, "from": audience.decided, "until": until], at: now)
        try db.execute(
            sql: "UPDATE audiences SET decided = ? WHERE mailing = ?", arguments: [until, mailing.number])
        return (added, until == audience.end)
    }

    /// The outcome with which a contact `c` begins, of whose address `s` is the suppression.
    ///
    /// The order of the cases is the rule: L1 before L2 before L3. Duplicated: an occurrence beyond the first.
    static let firstOutcome =
        "CASE WHEN c.problem IS NOT NULL THEN 2 WHEN c.occurrence > 1 THEN 3 ELSE ifnull(s.outcome, 0) END"

    /// Makes deliveries for contacts, with their histories and tallies; answers how many.
    /// - Parameter people: the contacts, as SQL with the columns `id`, `key`, `occurrence` and `problem`.
    private static func layDown(
        _ db: Database, mailing: Mailing, _ people: String, _ range: [String: any DatabaseValueConvertible],
        at now: UnixTime
    ) throws -> Int {
        let first = mailing.prepared
        var arguments = range
        arguments["mailing"] = mailing.number
        arguments["first"] = first
        arguments["now"] = now.milliseconds
        try db.cachedStatement(
            sql: """
                INSERT INTO deliveries (mailing, ordinal, contact, outcome, reason, events, changed_at)
                SELECT :mailing, :first - 1 + row_number() OVER (ORDER BY c.id), c.id,
                    \(firstOutcome),
                    CASE WHEN c.problem IS NOT NULL THEN 'bad_syntax' WHEN c.occurrence > 1 THEN 'duplicate'
                        ELSE ifnull(s.reason, 'waiting') END,
                    c.problem IS NOT NULL OR c.occurrence > 1 OR s.key IS NOT NULL,
                    :now
                FROM (\(people)) c LEFT JOIN suppressions s ON s.key = c.key
                """
        ).execute(arguments: StatementArguments(arguments))
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
