public import Delivery
import GRDB

/// What adding addresses to the suppression list did.
public struct SuppressionReport: Codable, Hashable, Sendable {
    public var added = 0
    /// Addresses that were on the list already.
    public var present = 0
    /// Texts that are not addresses; they were not added.
    public var invalid: [String] = []
}

extension ContactBook {
    /// Puts addresses on the suppression list; their contacts become Unsubscribed, with the reason `suppressed`.
    public func addSuppressions(_ addresses: [String], at now: UnixTime) async throws -> SuppressionReport {
        let forms = addresses.map { AddressForm(Self.trimmed($0)) }
        return try await write { db in
            var report = SuppressionReport()
            for form in forms {
                guard form.problem == nil else {
                    report.invalid.append(form.address)
                    continue
                }
                let isNew = try Suppression.add(
                    db, key: form.key, address: form.address, outcome: .unsubscribed, reason: .suppressed, at: now)
                if isNew { report.added += 1 } else { report.present += 1 }
            }
            return report
        }
    }

    /// Takes addresses off the suppression list; answers how many were on it.
    public func removeSuppressions(_ addresses: [String]) async throws -> Int {
        let keys = addresses.map { AddressForm(Self.trimmed($0)).key }
        return try await write { db in
            let delete = try db.cachedStatement(sql: "DELETE FROM suppressions WHERE key = ?")
            var removed = 0
            for key in keys {
                try delete.execute(arguments: [key])
                removed += db.changesCount
            }
            return removed
        }
    }

    /// One page of the suppression list, by key.
    /// - Parameter cursor: the last key of the page before; `nil` for the first.
    public func suppressions(after cursor: String? = nil, limit: Int = 1000) async throws -> [Suppression] {
        try await read { db in
            try Row.fetchAll(
                db, sql: "SELECT \(Suppression.columns) FROM suppressions WHERE key > ? ORDER BY key LIMIT ?",
                arguments: [cursor ?? "", limit]
            ).map(Suppression.init(row:))
        }
    }

    /// One page of the suppressed addresses to which something is still to be sent, by key: what a queue must know of.
    /// - Parameter cursor: the last key of the page before; `nil` for the first.
    public func suppressionsOfOpenContacts(after cursor: String? = nil, limit: Int = 1000) async throws
        -> [BookingSummary.SuppressedAddress]
    {
        try await read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT s.key, s.outcome, s.reason FROM suppressions s
                    WHERE s.key > ? AND EXISTS (SELECT 1 FROM contacts c JOIN deliveries d ON d.contact = c.id
                        WHERE c.key = s.key AND d.outcome IN (0, 8, 9))
                    ORDER BY s.key LIMIT ?
                    """,
                arguments: [cursor ?? "", limit])
            return rows.compactMap { row in
                Outcome(rawValue: row[1]).map { .init(key: row[0], outcome: $0, reason: Reason(rawValue: row[2])) }
            }
        }
    }

    /// Why an address is suppressed; `nil` when it is not.
    public func suppression(ofAddress address: String) async throws -> Suppression? {
        let key = AddressForm(Self.trimmed(address)).key
        return try await read { db in
            try Row.fetchOne(
                db, sql: "SELECT \(Suppression.columns) FROM suppressions WHERE key = ?", arguments: [key]
            ).map(Suppression.init(row:))
        }
    }

    /// Text without white space at its ends.
    static func trimmed(_ text: String) -> String {
        var rest = Substring(text)
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
