import Delivery
import GRDB

/// The numbers of a campaign.
public struct CampaignStatistics: Codable, Hashable, Sendable {
    /// The licences of one mailing.
    public struct Licences: Codable, Hashable, Sendable {
        public var reserved: Int
        public var charged: Int
        public var released: Int
    }

    /// The numbers of one mailing.
    public struct Mailing: Codable, Hashable, Sendable {
        public var name: String
        public var state: MailingState
        /// How many contacts it goes to; while its audience is being laid down, how many have been.
        public var audience: Int
        /// How many contacts have each outcome, by its name; all ten are there.
        public var outcomes: [String: Int]
        public var attempts: Int
        public var licences: Licences
        /// How many of the contacts in doubt, and of those whose job is on the dead list, wait for their owner's decision.
        public var inDoubt: Int
        public var dead: Int
        /// What the contacts did.
        public var responses: MailingResponses
        /// When its first and last status changes happened, ISO 8601.
        public var firstAt: String?
        public var lastAt: String?

        enum CodingKeys: String, CodingKey {
            case name, state, audience, outcomes, attempts, licences, inDoubt, dead, responses, firstAt, lastAt
        }

        /// Writes `firstAt` and `lastAt` also when they are null.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(state, forKey: .state)
            try container.encode(audience, forKey: .audience)
            try container.encode(outcomes, forKey: .outcomes)
            try container.encode(attempts, forKey: .attempts)
            try container.encode(licences, forKey: .licences)
            try container.encode(inDoubt, forKey: .inDoubt)
            try container.encode(dead, forKey: .dead)
            try container.encode(responses, forKey: .responses)
            try container.encode(firstAt, forKey: .firstAt)
            try container.encode(lastAt, forKey: .lastAt)
        }
    }

    public var campaign: String
    public var mailings: [Mailing]
}

extension ContactBook {
    /// The numbers of a campaign, from running sums: cheap however large it is.
    /// - Throws: ``ContactBookError`` with code `unknownCampaign`.
    public func statistics(campaign name: String) async throws -> CampaignStatistics {
        try await read { db in
            let id = try Self.campaignID(db, named: name)
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT id, name, state, prepared, attempts, reserved, charged, released, first_at, last_at
                    FROM mailings WHERE campaign = ? ORDER BY id
                    """,
                arguments: [id])
            let mailings = try rows.map { row in
                var outcomes = [String: Int](uniqueKeysWithValues: Outcome.allCases.map { ($0.name, 0) })
                for tally in try Row.fetchAll(
                    db, sql: "SELECT outcome, count FROM tallies WHERE mailing = ?", arguments: [row[0] as Int64])
                {
                    if let outcome = Outcome(rawValue: tally[0]) { outcomes[outcome.name] = tally[1] }
                }
                let held = try Self.heldCounts(db, mailing: MailingID(rawValue: row[0]))
                return CampaignStatistics.Mailing(
                    name: row[1], state: MailingState(rawValue: row[2]) ?? .draft, audience: row[3], outcomes: outcomes,
                    attempts: row[4], licences: .init(reserved: row[5], charged: row[6], released: row[7]),
                    inDoubt: held.inDoubt, dead: held.dead,
                    responses: try MailingResponses.of(db, mailing: row[0]),
                    firstAt: (row[8] as Int64?).map { UnixTime(milliseconds: $0).iso8601 },
                    lastAt: (row[9] as Int64?).map { UnixTime(milliseconds: $0).iso8601 })
            }
            return CampaignStatistics(campaign: name, mailings: mailings)
        }
    }
}
