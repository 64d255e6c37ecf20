public import Delivery
import Foundation
import GRDB

/// A further mailing of a campaign, as it is written down.
public struct ReminderRecord: Sendable {
    /// Its name; the first of `reminder`, `reminder-2`, … that is free when `nil`.
    public var name: String?
    public var selection: AudienceSelection
    /// The message, the retry policy and how it is to be sent: JSON that the book does not look into.
    public var template: String
    public var retry: String
    public var options: String
    public var files: [MailingFile]

    public init(
        name: String? = nil, selection: AudienceSelection, template: String, retry: String, options: String = "{}",
        files: [MailingFile] = []
    ) {
        self.name = name
        self.selection = selection
        self.template = template
        self.retry = retry
        self.options = options
        self.files = files
    }
}

extension ContactBook {
    /// Creates a reminder, as a draft: whom it goes to is found out when it is laid down, after its start.
    /// - Parameter replacing: whether a draft of this name gives way.
    /// - Throws: ``ContactBookError`` with code `unknownCampaign`, `unknownMailing`, `badName`, `badArgument`; `alreadyExists` when the
    ///   name is taken; `wrongState` when the earlier mailing was not started.
    public func createReminder(
        campaign: String, _ record: ReminderRecord, replacing: Bool = false, at now: UnixTime
    ) async throws -> Mailing {
        if let name = record.name { _ = try Self.checkedName(name, kind: "mailing") }
        let filter = String(decoding: try JSONEncoder().encode(record.selection.filter), as: UTF8.self)
        return try await write { db in
            let id = try Self.campaignID(db, named: campaign)
            let source = try Self.mailing(db, of: campaign, named: record.selection.of)
            guard source.state != .draft else {
                throw ContactBookError(
                    .wrongState,
                    "The mailing “\(source.name)” of campaign “\(campaign)” is a draft: there is nothing to remind of. "
                        + "Start it first.")
            }
            for (json, what) in [
                (record.template, "template"), (record.retry, "retry policy"), (record.options, "options"),
            ] {
                try Self.checkJSON(db, json, what, campaign: campaign)
            }
            let name = try record.name ?? Self.freeName(db, campaign: id)
            if let former = try Row.fetchOne(
                db, sql: "SELECT id, state FROM mailings WHERE campaign = ? AND name = ?", arguments: [id, name])
            {
                try Self.checkReplaceable(
                    db, former[0], state: former[1], name: name, campaign: campaign, replacing)
                try Self.remove(db, draft: former[0])
            }
            try db.execute(
                sql: """
                    INSERT INTO mailings (campaign, name, state, template, retry, options, created)
                    VALUES (?, ?, 'draft', ?, ?, ?, ?)
                    """,
                arguments: [id, name, record.template, record.retry, record.options, now.milliseconds])
            let number = UInt32(db.lastInsertedRowID)
            try db.execute(
                sql: "INSERT INTO audiences (mailing, source, filter) VALUES (?, ?, ?)",
                arguments: [number, source.number, filter])
            try Self.replaceFiles(db, of: MailingID(rawValue: number), by: record.files)
            return try Self.mailing(db, MailingID(rawValue: number))
        }
    }

    /// Takes back a reminder that was not started, as if it had never been.
    /// - Throws: ``ContactBookError`` with code `unknownCampaign` or `unknownMailing`, `wrongState` when it was started or is no
    ///   reminder.
    public func discardReminder(campaign: String, named name: String?) async throws {
        try await write { db in
            let mailing = try Self.mailing(db, of: campaign, named: name)
            guard mailing.selection != nil, mailing.state == .draft else {
                throw ContactBookError(
                    .wrongState,
                    "The mailing “\(mailing.name)” of campaign “\(campaign)” is "
                        + (mailing.selection == nil ? "no reminder" : mailing.state.rawValue)
                        + ": only a reminder that was not started can be discarded.")
            }
            try Self.remove(db, draft: mailing.number)
        }
    }

    /// Removes a draft, of which nothing but these rows can be anywhere.
    private static func remove(_ db: Database, draft number: UInt32) throws {
        try replaceFiles(db, of: MailingID(rawValue: number), by: [])
        try db.execute(sql: "DELETE FROM audiences WHERE mailing = ?", arguments: [number])
        try db.execute(sql: "DELETE FROM mailings WHERE id = ?", arguments: [number])
    }

    /// How many contacts a selection reaches at this moment; nothing is written.
    /// - Throws: ``ContactBookError`` with code `unknownCampaign` or `unknownMailing`, `wrongState` when the earlier mailing's audience
    ///   is not laid down.
    public func forecast(campaign: String, _ selection: AudienceSelection) async throws -> AudienceForecast {
        try await read { db in
            let source = try Self.source(db, selection, campaign: campaign)
            return try SelectedAudience(db, source: Int64(source.number), filter: selection.filter).forecast(db)
        }
    }

    /// The mailing that a selection is made from, whose audience has to be laid down.
    static func source(_ db: Database, _ selection: AudienceSelection, campaign: String) throws -> Mailing {
        let source = try mailing(db, of: campaign, named: selection.of)
        switch source.state {
        case .draft:
            throw ContactBookError(
                .wrongState,
                "The mailing “\(source.name)” of campaign “\(campaign)” is a draft: it has gone to nobody. Start it first."
            )
        case .preparing, .running, .waiting, .paused:
            guard source.audience != nil else {
                throw ContactBookError(
                    .wrongState,
                    "The audience of “\(source.name)” of campaign “\(campaign)” is still being laid down; ask again in a "
                        + "moment, or resume it if it is paused.")
            }
        // A mailing that was cancelled early has gone to those laid down by then, and to nobody else.
        case .cancelled, .finished: break
        }
        return source
    }

    private static func checkReplaceable(
        _ db: Database, _ number: UInt32, state: String, name: String, campaign: String, _ replacing: Bool
    ) throws {
        let isReminder =
            try Bool.fetchOne(db, sql: "SELECT 1 FROM audiences WHERE mailing = ?", arguments: [number]) ?? false
        guard replacing else {
            throw ContactBookError(
                .alreadyExists,
                "The campaign “\(campaign)” has a mailing named “\(name)” already; choose another name"
                    + (isReminder && state == MailingState.draft.rawValue
                        ? ", or replace this draft with --replace." : "."))
        }
        guard isReminder, state == MailingState.draft.rawValue else {
            throw ContactBookError(
                .wrongState,
                "The mailing “\(name)” of campaign “\(campaign)” is \(isReminder ? state : "no reminder"): only a reminder that was "
                    + "not started can be replaced.")
        }
    }

    private static func freeName(_ db: Database, campaign: Int64) throws -> String {
        let taken = Set(
            try String.fetchAll(db, sql: "SELECT name FROM mailings WHERE campaign = ?", arguments: [campaign]))
        var number = 1
        var name = "reminder"
        while taken.contains(name) {
            number += 1
            name = "reminder-\(number)"
        }
        return name
    }
}
