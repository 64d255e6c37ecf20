import GRDB

extension ContactBook {
    /// Checks the name of a list, campaign or mailing: 1–100 printable characters, trimmed.
    /// - Throws: ``ContactBookError`` with code `badName`.
    static func checkedName(_ name: String, kind: String) throws -> String {
        let isPrintable = name.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
            default: true
            }
        }
        // SQLite counts scalars, and so does the schema's check.
        let trimmed = name.first?.isWhitespace == false && name.last?.isWhitespace == false
        guard (1...100).contains(name.unicodeScalars.count), isPrintable, trimmed else {
            throw ContactBookError(
                .badName,
                "The name of a \(kind) is 1 to 100 printable characters without spaces at its ends.")
        }
        return name
    }

    /// The id of a list.
    /// - Throws: ``ContactBookError`` with code `unknownList`, naming those that exist.
    static func listID(_ db: Database, named name: String) throws -> Int64 {
        if let id = try Int64.fetchOne(db, sql: "SELECT id FROM lists WHERE name = ?", arguments: [name]) { return id }
        let known = try String.fetchAll(db, sql: "SELECT name FROM lists ORDER BY name")
        let hint = ContactBookError.naming(known, kind: "lists", whenNone: "Import contacts to make one.")
        throw ContactBookError(.unknownList, "There is no list named “\(name)”. \(hint)")
    }

    /// The id of a campaign.
    /// - Throws: ``ContactBookError`` with code `unknownCampaign`, naming those that exist.
    static func campaignID(_ db: Database, named name: String) throws -> Int64 {
        if let id = try Int64.fetchOne(db, sql: "SELECT id FROM campaigns WHERE name = ?", arguments: [name]) {
            return id
        }
        let known = try String.fetchAll(db, sql: "SELECT name FROM campaigns ORDER BY name")
        let hint = ContactBookError.naming(known, kind: "campaigns", whenNone: "There is none yet: create one.")
        throw ContactBookError(.unknownCampaign, "There is no campaign named “\(name)”. \(hint)")
    }

    /// A mailing of a campaign.
    /// - Parameter name: its name; `nil` where the campaign has only one.
    /// - Throws: ``ContactBookError`` with code `unknownCampaign`, `unknownMailing`, or `severalMailings` when none is named and
    ///   there are several: which one is meant is never guessed.
    static func mailing(_ db: Database, of campaign: String, named name: String?) throws -> Mailing {
        let id = try campaignID(db, named: campaign)
        let mailings = try Row.fetchAll(
            db, sql: "\(Mailing.select) WHERE mailings.campaign = ? ORDER BY mailings.id", arguments: [id]
        ).map(Mailing.init(row:))
        let known = mailings.map(\.name)
        if let name {
            if let mailing = mailings.first(where: { $0.name == name }) { return mailing }
            throw ContactBookError(
                .unknownMailing,
                "The campaign “\(campaign)” has no mailing named “\(name)”. "
                    + ContactBookError.naming(known, kind: "mailings", whenNone: ""))
        }
        guard let only = mailings.first, mailings.count == 1 else {
            throw ContactBookError(
                .severalMailings,
                "The campaign “\(campaign)” has \(mailings.count) mailings; name one with --mailing. "
                    + ContactBookError.naming(known, kind: "mailings", whenNone: ""))
        }
        return only
    }
}
