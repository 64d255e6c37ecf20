import Delivery
import GRDB

/// An address that no mailing goes to, and why.
public struct Suppression: Codable, Hashable, Sendable {
    /// What compares addresses.
    public var key: String
    public var address: String
    /// The name of the outcome that its contacts get.
    public var outcome: String
    /// The machine name of the reason.
    public var reason: String
    /// When it was added, ISO 8601.
    public var addedAt: String
}

extension Suppression {
    init(row: Row) {
        key = row[0]
        address = row[1]
        outcome = Outcome(rawValue: row[2])?.name ?? ""
        reason = row[3]
        addedAt = UnixTime(milliseconds: row[4]).iso8601
    }

    static let columns = "key, address, outcome, reason, added_at"

    /// The codes of the outcomes that suppress: Unsubscribed, Spam (complaint), Bounced.
    private static let outcomes: Set<Outcome> = [.unsubscribed, .spam, .bounced]

    /// Suppresses a contact's address; the key if it was not suppressed before, and `nil` if it was.
    ///
    /// That its owner unsubscribed replaces any other reason.
    static func add(_ db: Database, contact: Int64, outcome: Outcome, reason: Reason, at time: UnixTime) throws
        -> String?
    {
        guard outcomes.contains(outcome) else { return nil }
        let select = try db.cachedStatement(sql: "SELECT key, address FROM contacts WHERE id = ?")
        guard let row = try Row.fetchOne(select, arguments: [contact]) else { return nil }
        let key: String = row[0]
        let isNew = try add(db, key: key, address: row[1], outcome: outcome, reason: reason, at: time)
        return isNew ? key : nil
    }

    /// Suppresses an address; whether it was not suppressed before.
    static func add(
        _ db: Database, key: String, address: String, outcome: Outcome, reason: Reason, at time: UnixTime
    ) throws -> Bool {
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO suppressions (key, address, outcome, reason, added_at) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (key) DO NOTHING
                """)
        try insert.execute(
            arguments: [key, address, outcome.rawValue, reason.rawValue, time.milliseconds])
        if db.changesCount > 0 { return true }
        if outcome == .unsubscribed {
            let update = try db.cachedStatement(
                sql: "UPDATE suppressions SET outcome = ?, reason = ?, added_at = ? WHERE key = ? AND outcome <> 4")
            try update.execute(arguments: [outcome.rawValue, reason.rawValue, time.milliseconds, key])
        }
        return false
    }
}
