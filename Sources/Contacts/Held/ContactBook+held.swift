public import Delivery
import GRDB

extension ContactBook {
    /// One page of the deliveries of a mailing that are held, by ordinal.
    /// - Parameters:
    ///   - kind: only those held for this reason; `nil` for all.
    ///   - cursor: the ordinal of the last one of the page before; `nil` for the first page.
    public func held(
        mailing id: MailingID, kind: HoldKind? = nil, after cursor: UInt32? = nil, limit: Int = 1000
    ) async throws -> [HeldDelivery] {
        try await read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT d.ordinal, c.address, d.held, h.at, h.reply
                    FROM deliveries d INDEXED BY deliveries_held JOIN contacts c ON c.id = d.contact
                    LEFT JOIN history h ON h.mailing = d.mailing AND h.ordinal = d.ordinal AND h.number = (
                        SELECT max(number) FROM history
                        WHERE mailing = d.mailing AND ordinal = d.ordinal AND reason IN (\(Self.holdReasons)))
                    WHERE d.mailing = ?1 AND d.held <> 0 AND (?2 IS NULL OR d.held = ?2) AND d.ordinal > ?3
                    ORDER BY d.ordinal LIMIT ?4
                    """,
                arguments: [id.rawValue, kind?.rawValue, cursor.map(Int64.init) ?? -1, limit])
            return rows.compactMap { row in
                HoldKind(rawValue: row[2]).map { kind in
                    HeldDelivery(
                        ordinal: row[0], address: row[1], kind: kind,
                        since: UnixTime(milliseconds: row[3] ?? 0).iso8601, reason: row[4] ?? "")
                }
            }
        }
    }

    /// How many deliveries of a mailing are held, by why.
    public func heldCounts(mailing id: MailingID) async throws -> HeldCounts {
        try await read { db in try Self.heldCounts(db, mailing: id) }
    }

    static func heldCounts(_ db: Database, mailing id: MailingID) throws -> HeldCounts {
        let statement = try db.cachedStatement(
            sql: """
                SELECT held, count(*) FROM deliveries INDEXED BY deliveries_held
                WHERE mailing = ? AND held <> 0 GROUP BY held
                """)
        var counts = HeldCounts()
        for row in try Row.fetchAll(statement, arguments: [id.rawValue]) {
            switch HoldKind(rawValue: row[0]) {
            case .inDoubt: counts.inDoubt = row[1]
            case .dead: counts.dead = row[1]
            case nil: break
            }
        }
        return counts
    }

    /// The ordinals of held deliveries, in order.
    /// - Parameter addresses: those of the contacts that are meant; `nil` for all that are held for this reason.
    /// - Throws: ``ContactBookError`` with code `unknownContact` for an address that the mailing does not go to,
    ///   `wrongState` for one that is not held for this reason; nothing is answered then for the others.
    public func heldOrdinals(mailing id: MailingID, kind: HoldKind, addresses: [String]? = nil) async throws
        -> [UInt32]
    {
        let forms = addresses?.map { AddressForm(Self.trimmed($0)) }
        return try await read { db in
            guard let forms else {
                return try UInt32.fetchAll(
                    db,
                    sql: """
                        SELECT ordinal FROM deliveries INDEXED BY deliveries_held
                        WHERE mailing = ? AND held <> 0 AND held = ? ORDER BY ordinal
                        """,
                    arguments: [id.rawValue, kind.rawValue])
            }
            let mailing = try Self.mailing(db, id)
            var ordinals: Set<UInt32> = []
            for form in forms { ordinals.formUnion(try Self.heldOrdinals(db, of: form, in: mailing, kind: kind)) }
            return ordinals.sorted()
        }
    }

    private static func heldOrdinals(_ db: Database, of form: AddressForm, in mailing: Mailing, kind: HoldKind) throws
        -> [UInt32]
    {
        let statement = try db.cachedStatement(
            sql: """
                SELECT d.ordinal, d.outcome, d.reason, d.held FROM contacts c CROSS JOIN deliveries d ON d.contact = c.id
                WHERE c.key = ? AND d.mailing = ? ORDER BY c.occurrence
                """)
        let rows = try Row.fetchAll(statement, arguments: [form.key, mailing.number])
        guard let first = rows.first else {
            throw ContactBookError(
                .unknownContact,
                "The mailing “\(mailing.name)” of campaign “\(mailing.campaign)” does not go to \(form.address).")
        }
        let ordinals = rows.filter { $0[3] == kind.rawValue }.map { $0[0] as UInt32 }
        guard !ordinals.isEmpty else {
            let what = kind == .inDoubt ? "not held in doubt" : "not on the dead list"
            let status = Outcome(rawValue: first[1])?.name ?? ""
            throw ContactBookError(
                .wrongState, "\(form.address) is \(what): it is \(status) (\(first[2] as String)).")
        }
        return ordinals
    }

    /// The reasons of the lines that say that a delivery is held, as SQL.
    private static let holdReasons = HoldKind.allCases.map { "'\($0.reason)'" }.joined(separator: ", ")
}
