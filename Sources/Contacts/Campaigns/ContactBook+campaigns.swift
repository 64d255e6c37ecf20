public import Delivery
import GRDB

extension ContactBook {
    /// Creates a campaign with its first mailing, as a draft.
    /// - Parameters:
    ///   - template: the message, JSON.
    ///   - retry: the retry policy, JSON.
    ///   - options: how it is to be sent, JSON.
    ///   - files: what goes with each message.
    /// - Throws: ``ContactBookError`` with code `badName`, `alreadyExists`, `unknownList` or `badArgument`.
    public func createCampaign(
        name: String, list: String, mailing: String = "invitation", template: String, retry: String,
        options: String = "{}", files: [MailingFile] = [], at now: UnixTime
    ) async throws -> Campaign {
        let name = try Self.checkedName(name, kind: "campaign")
        let mailing = try Self.checkedName(mailing, kind: "mailing")
        return try await write { db in
            let listID = try Self.listID(db, named: list)
            if try Bool.fetchOne(db, sql: "SELECT 1 FROM campaigns WHERE name = ?", arguments: [name]) != nil {
                throw ContactBookError(
                    .alreadyExists, "There is a campaign named “\(name)” already; choose another name.")
            }
            for (json, what) in [(template, "template"), (retry, "retry policy"), (options, "options")] {
                try Self.checkJSON(db, json, what, campaign: name)
            }
            try db.execute(
                sql: "INSERT INTO campaigns (name, list, created) VALUES (?, ?, ?)",
                arguments: [name, listID, now.milliseconds])
            try db.execute(
                sql: """
                    INSERT INTO mailings (campaign, name, state, template, retry, options, created)
                    VALUES (?, ?, 'draft', ?, ?, ?, ?)
                    """,
                arguments: [db.lastInsertedRowID, mailing, template, retry, options, now.milliseconds])
            try Self.replaceFiles(db, of: MailingID(rawValue: UInt32(db.lastInsertedRowID)), by: files)
            return try Self.campaign(db, named: name)
        }
    }

    /// Writes down how a mailing is to be sent from now on.
    /// - Parameter options: JSON that the book does not look into.
    /// - Throws: ``ContactBookError`` with code `unknownMailing` or `badArgument`, `wrongState` when it has ended.
    public func setOptions(_ id: MailingID, _ options: String) async throws {
        try await write { db in
            let mailing = try Self.mailing(db, id)
            guard mailing.state != .cancelled, mailing.state != .finished else {
                throw Self.wrongState(mailing, to: "change its options")
            }
            try Self.checkJSON(db, options, "options", campaign: mailing.campaign)
            try db.execute(sql: "UPDATE mailings SET options = ? WHERE id = ?", arguments: [options, id.rawValue])
        }
    }

    static func checkJSON(_ db: Database, _ text: String, _ what: String, campaign: String) throws {
        guard try Bool.fetchOne(db, sql: "SELECT json_valid(?)", arguments: [text]) == true else {
            throw ContactBookError(.badArgument, "The \(what) of campaign “\(campaign)” is not JSON.")
        }
    }

    /// All campaigns, the oldest first.
    public func campaigns() async throws -> [Campaign] {
        try await read { db in
            try String.fetchAll(db, sql: "SELECT name FROM campaigns ORDER BY id").map {
                try Self.campaign(db, named: $0)
            }
        }
    }

    /// A campaign and its mailings.
    /// - Throws: ``ContactBookError`` with code `unknownCampaign`.
    public func campaign(named name: String) async throws -> Campaign {
        try await read { db in try Self.campaign(db, named: name) }
    }

    private static func campaign(_ db: Database, named name: String) throws -> Campaign {
        let id = try campaignID(db, named: name)
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT lists.name, campaigns.created FROM campaigns JOIN lists ON lists.id = campaigns.list
                WHERE campaigns.id = ?
                """,
            arguments: [id])
        let mailings = try Row.fetchAll(
            db, sql: "\(Mailing.select) WHERE mailings.campaign = ? ORDER BY mailings.id", arguments: [id])
        return Campaign(
            name: name, list: row?[0] ?? "", created: UnixTime(milliseconds: row?[1] ?? 0).iso8601,
            mailings: try mailings.map(Mailing.init(row:)))
    }

    /// A mailing of a campaign by its name; without one, the only mailing that the campaign has.
    /// - Throws: ``ContactBookError`` with code `unknownCampaign`, `unknownMailing` or `severalMailings`.
    public func mailing(of campaign: String, named name: String?) async throws -> Mailing {
        try await read { db in try Self.mailing(db, of: campaign, named: name) }
    }

    /// A mailing by its number.
    /// - Throws: ``ContactBookError`` with code `unknownMailing`.
    public func mailing(_ id: MailingID) async throws -> Mailing {
        try await read { db in try Self.mailing(db, id) }
    }

    /// The mailings in certain states, the oldest first: what a coordinator takes up again after a restart.
    public func mailings(in states: Set<MailingState>) async throws -> [Mailing] {
        try await read { db in
            let wanted = states.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            return try Row.fetchAll(
                db, sql: "\(Mailing.select) WHERE mailings.state IN (\(wanted)) ORDER BY mailings.id"
            )
            .map(Mailing.init(row:))
        }
    }

    static func mailing(_ db: Database, _ id: MailingID) throws -> Mailing {
        let row = try Row.fetchOne(db, sql: "\(Mailing.select) WHERE mailings.id = ?", arguments: [id.rawValue])
        guard let row else {
            throw ContactBookError(.unknownMailing, "There is no mailing number \(id) in the contact book.")
        }
        return try Mailing(row: row)
    }
}
