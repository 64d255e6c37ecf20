public import Delivery
import GRDB

extension ContactBook {
    /// One page of a list's contacts, in the list's order.
    /// - Parameters:
    ///   - lastStatus: only contacts with one of these last statuses; `nil` for all.
    ///   - cursor: the number of the last contact of the page before; `nil` for the first page.
    /// - Throws: ``ContactBookError`` with code `unknownList`.
    public func contacts(
        inList list: String, lastStatus: [Outcome]? = nil, after cursor: Int64? = nil, limit: Int = 1000
    ) async throws -> [Contact] {
        try await read { db in
            let id = try Self.listID(db, named: list)
            var filter = ""
            if let lastStatus {
                let codes = lastStatus.map { String($0.rawValue) }.joined(separator: ", ")
                filter = "AND last_status IN (\(codes))"
            }
            return try Row.fetchAll(
                db, sql: "\(Contact.select) WHERE c.list = ? AND c.id > ? \(filter) ORDER BY c.id LIMIT ?",
                arguments: [id, cursor ?? 0, limit]
            ).map(Contact.init(row:))
        }
    }

    /// The first contact of an address in a list, such as for a preview.
    /// - Throws: ``ContactBookError`` with code `unknownList` or `unknownContact`.
    public func contact(inList list: String, address: String) async throws -> Contact {
        let key = AddressForm(Self.trimmed(address)).key
        return try await read { db in
            let id = try Self.listID(db, named: list)
            let row = try Row.fetchOne(
                db, sql: "\(Contact.select) WHERE c.key = ? AND c.list = ? ORDER BY c.occurrence LIMIT 1",
                arguments: [key, id])
            guard let row else {
                throw ContactBookError(
                    .unknownContact, "No contact of the list “\(list)” has this address; see the list's contacts.")
            }
            return Contact(row: row)
        }
    }

    /// Everything that the book knows about an address: its contacts in all lists, and each delivery with its history.
    /// - Throws: ``ContactBookError`` with code `unknownContact` when the address is in no list.
    public func history(ofAddress address: String) async throws -> ContactHistory {
        let form = AddressForm(Self.trimmed(address))
        return try await read { db in
            let contacts = try Row.fetchAll(
                db, sql: "\(Contact.select) WHERE c.key = ? ORDER BY c.id", arguments: [form.key]
            ).map(Contact.init(row:))
            guard !contacts.isEmpty else {
                throw ContactBookError(.unknownContact, "No list has a contact with this address.")
            }
            let suppression = try Row.fetchOne(
                db, sql: "SELECT \(Suppression.columns) FROM suppressions WHERE key = ?", arguments: [form.key]
            ).map(Suppression.init(row:))
            return ContactHistory(
                address: form.address, contacts: contacts, suppression: suppression,
                deliveries: try Self.deliveries(db, key: form.key))
        }
    }

    private static func deliveries(_ db: Database, key: String) throws -> [DeliveryHistory] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT p.name, m.name, c.id, d.mailing, d.ordinal, d.outcome, d.reason, d.attempts, d.strikes, d.licence,
                    d.queued_at, m.started, d.held, \(Engagement.columns)
                FROM contacts c JOIN deliveries d ON d.contact = c.id JOIN mailings m ON m.id = d.mailing
                JOIN campaigns p ON p.id = m.campaign
                LEFT JOIN engagements e ON e.mailing = d.mailing AND e.ordinal = d.ordinal
                WHERE c.key = ? ORDER BY d.mailing, d.ordinal
                """,
            arguments: [key])
        return try rows.map { row in
            let job = DeliveryJob.ID(mailing: MailingID(rawValue: row[3]), ordinal: row[4])
            let outcome = Outcome(rawValue: row[5]) ?? .queued
            var events = HistoryEvent.lines(
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT at, outcome, reason, rule, phase, attempt, reply FROM history
                        WHERE mailing = ? AND ordinal = ? ORDER BY number
                        """,
                    arguments: [job.mailing.rawValue, job.ordinal]))
            if let queued = row[10] as Int64? ?? (outcome == .queued ? row[11] : nil) {
                events.insert(HistoryEvent(queuedAt: UnixTime(milliseconds: queued)), at: 0)
            }
            return DeliveryHistory(
                campaign: row[0], mailing: row[1], contact: row[2], job: job.description, status: outcome.name,
                reason: row[6], attempts: row[7], strikes: row[8],
                held: HoldKind(rawValue: row[12]), engagement: Engagement(row: row, from: 13), events: events)
        }
    }
}
