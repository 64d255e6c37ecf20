import Delivery
import GRDB

/// Finds the delivery that an event is about, and never guesses: what fits several deliveries finds none.
struct DeliveryFinder {
    /// Why none was found; the raw value is stored.
    enum Cause: String {
        /// The token, or the Message-ID, is of this deployment's and names a delivery that the book has not; or the Message-ID looks like
        /// ours, and no key of ours made its code.
        case unknownDelivery = "unknown_delivery"
        /// Nothing was ever sent, or could have been, to an address that the event names; or not the message that it names.
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

    /// - Parameter isProven: whether who reports it has proved who it is, as a provider does; anybody may write mail.
    func find(_ subject: InboundEvent.Subject, isProven: Bool = false) throws -> Finding {
        switch subject {
        case .delivery(let job):
            return try exists(job) ? .found(job) : .none(.unknownDelivery)
        case .clues(let clues):
            if let finding = try find(messageIDOf: clues, isProven: isProven) { return finding }
            for address in [clues.originalRecipient, clues.recipient].compactMap(\.self) {
                // What we gave as the recipient is believed before what a server made of it.
                if let finding = try find(address: address) { return finding }
            }
            return .none(.nobody)
        }
    }

    /// What a Message-ID of ours, or one that pretends to be, decides; `nil` when it is none.
    private func find(messageIDOf clues: InboundClues, isProven: Bool) throws -> Finding? {
        guard let parts = clues.messageID.flatMap({ MessageIDParts(parsing: $0) }) else { return nil }
        // Who had the right code named the delivery. This one is forged, another deployment's, or made with a key that is gone.
        if parts.hasCode { return Finding.none(.unknownDelivery) }
        guard try isSalt(parts.mark, of: parts.job.mailing) else { return nil }
        guard let key = try addressKey(of: parts.job) else { return Finding.none(.unknownDelivery) }
        // Everybody who had a message of ours knows the salt, and can count: so the address must fit as well.
        let addresses = [clues.originalRecipient, clues.recipient, clues.returnedRecipient].compactMap(\.self)
        let fits = addresses.contains { AddressForm(ContactBook.trimmed($0)).key == key }
        return fits || addresses.isEmpty && isProven ? .found(parts.job) : Finding.none(.nobody)
    }

    /// Whether the Message-IDs of a mailing have this salt, as those without a code have; it is the deployment's.
    private func isSalt(_ mark: String, of mailing: MailingID) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT template ->> '$.messageIDSalt' FROM mailings WHERE id = ?")
        return try String.fetchOne(statement, arguments: [mailing.rawValue])?.lowercased() == mark.lowercased()
    }

    /// The address that a delivery went to, in the form by which addresses are compared.
    private func addressKey(of job: DeliveryJob.ID) throws -> String? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT c.key FROM deliveries d JOIN contacts c ON c.id = d.contact
                WHERE d.mailing = ? AND d.ordinal = ?
                """)
        return try String.fetchOne(statement, arguments: [job.mailing.rawValue, job.ordinal])
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
