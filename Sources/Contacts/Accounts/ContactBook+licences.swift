import Delivery
import GRDB

/// The licences: how many there are, and what has become of them.
public struct LicenceSummary: Codable, Hashable, Sendable {
    public var total: Int
    /// Held for contacts that are fed and have no permanent outcome.
    public var reserved: Int
    /// Used: contacts that were ever Sent.
    public var charged: Int
    /// Given back by contacts that ended otherwise; they count as available again.
    public var released: Int
    /// What can still be reserved; below zero when late news charged more than there are.
    public var available: Int { total - reserved - charged }

    enum CodingKeys: String, CodingKey {
        case total, reserved, charged, released, available
    }

    public init(total: Int, reserved: Int, charged: Int, released: Int) {
        self.total = total
        self.reserved = reserved
        self.charged = charged
        self.released = released
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        total = try container.decode(Int.self, forKey: .total)
        reserved = try container.decode(Int.self, forKey: .reserved)
        charged = try container.decode(Int.self, forKey: .charged)
        released = try container.decode(Int.self, forKey: .released)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(total, forKey: .total)
        try container.encode(reserved, forKey: .reserved)
        try container.encode(charged, forKey: .charged)
        try container.encode(released, forKey: .released)
        try container.encode(available, forKey: .available)
    }
}

extension ContactBook {
    /// Adds licences, and answers the new state.
    /// - Throws: ``ContactBookError`` with code `badArgument` for a number below one.
    public func addLicences(_ count: Int) async throws -> LicenceSummary {
        guard (1...1_000_000_000_000).contains(count) else {
            throw ContactBookError(.badArgument, "The number of licences to add must be at least 1.")
        }
        return try await write { db in
            try db.execute(sql: "UPDATE licences SET total = total + ?", arguments: [count])
            return try Self.licenceSummary(db)
        }
    }

    /// The licences at this moment.
    public func licenceSummary() async throws -> LicenceSummary {
        try await read { db in try Self.licenceSummary(db) }
    }

    static func licenceSummary(_ db: Database) throws -> LicenceSummary {
        let statement = try db.cachedStatement(
            sql: """
                SELECT (SELECT total FROM licences), ifnull(sum(reserved), 0), ifnull(sum(charged), 0),
                    ifnull(sum(released), 0)
                FROM mailings
                """)
        guard let row = try Row.fetchOne(statement) else {
            return LicenceSummary(total: 0, reserved: 0, charged: 0, released: 0)
        }
        return LicenceSummary(total: row[0], reserved: row[1], charged: row[2], released: row[3])
    }
}
