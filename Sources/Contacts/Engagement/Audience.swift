import Delivery
import GRDB

/// One contact of a mailing.
public struct AudienceMember: Codable, Hashable, Sendable {
    /// Its place in the mailing, from 0.
    public var ordinal: UInt32
    /// The contact's number, as in ``Contact/number``.
    public var contact: Int64
    public var address: String
    /// The name of its status in this mailing.
    public var status: String
    public var reason: String
    public var fields: [String: String]
    /// What it did; `nil` for nothing.
    public var engagement: Engagement?
}

extension ContactBook {
    /// One page of a mailing's contacts, in the mailing's order: those that a number of its statistics counts, for one.
    /// - Parameters:
    ///   - mailing: the name of the campaign's mailing; `nil` where it has only one.
    ///   - cursor: the last ordinal of the page before; `nil` for the first page.
    /// - Throws: ``ContactBookError`` with code `unknownCampaign`, `unknownMailing` or `severalMailings`.
    public func audience(
        campaign: String, mailing: String? = nil, _ filter: AudienceFilter, after cursor: UInt32? = nil, limit: Int
    ) async throws -> [AudienceMember] {
        try await read { db in
            let found = try Self.mailing(db, of: campaign, named: mailing).number
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT d.ordinal, c.id, c.address, d.outcome, d.reason, c.fields, \(Engagement.columns)
                    FROM deliveries d JOIN contacts c ON c.id = d.contact
                    LEFT JOIN engagements e ON e.mailing = d.mailing AND e.ordinal = d.ordinal
                    WHERE d.mailing = ? AND d.ordinal > ?\(filter.condition()) ORDER BY d.ordinal LIMIT ?
                    """,
                arguments: [found, cursor.map { Int64($0) } ?? -1, limit]
            ).map { row in
                AudienceMember(
                    ordinal: row[0], contact: row[1], address: row[2],
                    status: Outcome(rawValue: row[3])?.name ?? "", reason: row[4],
                    fields: MergeFields.dictionary(of: row[5]), engagement: Engagement(row: row, from: 6))
            }
        }
    }
}
