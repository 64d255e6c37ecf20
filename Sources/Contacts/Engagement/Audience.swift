public import Delivery
import GRDB

/// Which contacts of a mailing are meant, by what became of their message and what they did with it.
public struct AudienceFilter: Hashable, Sendable {
    /// The statuses that count; all when empty.
    public var outcomes: [Outcome] = []
    /// Whether they must have done it (true), must not (false), or either (`nil`).
    public var opened: Bool?
    public var clicked: Bool?
    public var started: Bool?
    public var completed: Bool?

    /// Everybody.
    public init() {}

    /// The condition in SQL on a delivery `d` and what its contact did, `e`.
    fileprivate var condition: String {
        var parts: [String] = []
        if !outcomes.isEmpty {
            parts.append("d.outcome IN (\(outcomes.map { String($0.rawValue) }.joined(separator: ", ")))")
        }
        for (column, wanted) in [
            ("first_opened", opened), ("first_clicked", clicked), ("started", started), ("completed", completed),
        ] {
            if let wanted { parts.append("e.\(column) IS \(wanted ? "NOT NULL" : "NULL")") }
        }
        return parts.map { " AND \($0)" }.joined()
    }
}

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
    /// One page of a mailing's contacts, in the mailing's order: who a reminder would go to, for one.
    /// - Parameters:
    ///   - mailing: the name of the campaign's mailing; `nil` for the first.
    ///   - cursor: the last ordinal of the page before; `nil` for the first page.
    /// - Throws: ``ContactBookError`` with code `unknownCampaign` or `unknownMailing`.
    public func audience(
        campaign: String, mailing: String? = nil, _ filter: AudienceFilter, after cursor: UInt32? = nil, limit: Int
    ) async throws -> [AudienceMember] {
        try await read { db in
            let id = try Self.campaignID(db, named: campaign)
            let found = try Int64.fetchOne(
                db, sql: "SELECT id FROM mailings WHERE campaign = ?1 AND name = ifnull(?2, name) ORDER BY id LIMIT 1",
                arguments: [id, mailing])
            guard let found else {
                throw ContactBookError(
                    .unknownMailing, "The campaign “\(campaign)” has no mailing named “\(mailing ?? "")”.")
            }
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT d.ordinal, c.id, c.address, d.outcome, d.reason, c.fields, \(Engagement.columns)
                    FROM deliveries d JOIN contacts c ON c.id = d.contact
                    LEFT JOIN engagements e ON e.mailing = d.mailing AND e.ordinal = d.ordinal
                    WHERE d.mailing = ? AND d.ordinal > ?\(filter.condition) ORDER BY d.ordinal LIMIT ?
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
