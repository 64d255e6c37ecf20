import Delivery
import GRDB

/// Finds the delivery that an event is about, and never guesses: what fits several deliveries finds none.
struct DeliveryFinder {
    /// Why none was found; the raw value is stored.
    enum Cause: String {
        /// The token, or the Message-ID, is of this deployment's and names a delivery that the book has not.
        case unknownDelivery = "unknown_delivery"
        /// Nothing was ever sent, or could have been, to an address that the event names.
        case nobody
        /// More than one delivery could be meant.
        case several
    }

    enum Finding {
        case found(DeliveryJob.ID)
        case none(Cause)
    }

    private let db: Database

    init(_ db: Database) {
        self.db = db
    }

    func find(_ subject: InboundEvent.Subject) throws -> Finding {
        switch subject {
        case .delivery(let job):
            return try exists(job) ? .found(job) : .none(.unknownDelivery)
        case .clues(let clues):
            if let job = try clues.messageID.flatMap(job(ofMessageID:)) {
                return try exists(job) ? .found(job) : .none(.unknownDelivery)
            }
            for address in [clues.originalRecipient, clues.recipient].compactMap(\.self) {
                // What we gave as the recipient is believed before what a server made of it.
                if let finding = try find(address: address) { return finding }
            }
            return .none(.nobody)
        }
    }

    /// The delivery that a Message-ID of ours names: `mailing.ordinal.salt@domain`, where the salt is the mailing's own, which is
    /// the deployment's.
    private func job(ofMessageID text: String) throws -> DeliveryJob.ID? {
        let bare = text.drop { $0 == "<" }.prefix { $0 != ">" }
        let parts = bare.prefix { $0 != "@" }.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let mailing = UInt32(parts[0]), let ordinal = UInt32(parts[1]) else { return nil }
        let statement = try db.cachedStatement(sql: "SELECT template ->> '$.messageIDSalt' FROM mailings WHERE id = ?")
        guard let salt = try String.fetchOne(statement, arguments: [mailing]),
            salt.lowercased() == parts[2].lowercased()
        else { return nil }
        return DeliveryJob.ID(mailing: MailingID(rawValue: mailing), ordinal: ordinal)
    }

    private func exists(_ job: DeliveryJob.ID) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM deliveries WHERE mailing = ? AND ordinal = ?)")
        return try Bool.fetchOne(statement, arguments: [job.mailing.rawValue, job.ordinal]) ?? false
    }

    /// The one delivery to an address of which something could come back; `nil` when there is none at all.
    ///
    /// Those that were attempted; or, since a report may be quicker than the result that it is about, those that are in the queue.
    private func find(address: String) throws -> Finding? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT d.mailing, d.ordinal, d.attempts > 0 OR d.licence = 2
                FROM contacts c JOIN deliveries d ON d.contact = c.id
                WHERE c.key = ? AND (d.attempts > 0 OR d.licence IN (1, 2)) LIMIT 100
                """)
        let rows = try Row.fetchAll(statement, arguments: [AddressForm(ContactBook.trimmed(address)).key])
        let attempted = rows.filter { $0[2] }
        let candidates = attempted.isEmpty ? rows : attempted
        guard let first = candidates.first else { return nil }
        guard candidates.count == 1 else { return Finding.none(.several) }
        return .found(DeliveryJob.ID(mailing: MailingID(rawValue: first[0]), ordinal: first[1]))
    }
}
