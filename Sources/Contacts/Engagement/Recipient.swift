public import Delivery
import GRDB

/// Whom a link in a message belongs to.
public struct Recipient: Hashable, Sendable {
    public var address: String
    /// The merge fields as they are now.
    public var fields: [String: String]
    /// Whether no mail goes to the address any more because its owner said so; the suppression list alone says it, since an address
    /// may have been taken off it again.
    public var hasLeft: Bool
}

extension ContactBook {
    /// The contact of a delivery; `nil` when there is no such delivery.
    public func recipient(of job: DeliveryJob.ID) async throws -> Recipient? {
        try await read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT c.address, c.fields, ifnull(s.outcome = ?1, 0)
                    FROM deliveries d JOIN contacts c ON c.id = d.contact LEFT JOIN suppressions s ON s.key = c.key
                    WHERE d.mailing = ?2 AND d.ordinal = ?3
                    """)
            let row = try Row.fetchOne(
                statement, arguments: [Outcome.unsubscribed.rawValue, job.mailing.rawValue, job.ordinal])
            return row.map {
                Recipient(address: $0[0], fields: MergeFields.dictionary(of: $0[1]), hasLeft: $0[2])
            }
        }
    }
}
