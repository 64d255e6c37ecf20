public import Delivery
import GRDB

extension ContactBook {
    /// Starts a mailing; ``prepare(_:limit:at:)`` lays its audience down: everybody who is in the list now, or, for a reminder, whoever
    /// of the earlier mailing fits.
    /// - Parameter checked: the mailing as its owner's message was looked over; `nil` where nobody did.
    /// - Throws: ``ContactBookError`` with code `wrongState` when it is no draft, has been changed since then, or the earlier mailing's audience is not laid down
    ///   yet; `importInterrupted` when the list is incomplete, `importRunning` when it is growing.
    public func start(_ id: MailingID, as checked: Mailing? = nil, at now: UnixTime) async throws {
        try await write { db in
            let mailing = try Self.mailing(db, id)
            guard mailing.state == .draft else { throw Self.wrongState(mailing, to: "start") }
            guard checked == nil || checked == mailing else {
                throw ContactBookError(
                    .wrongState,
                    "The mailing “\(mailing.name)” of campaign “\(mailing.campaign)” was changed meanwhile; look it over and start it again."
                )
            }
            if let selection = mailing.selection { _ = try Self.source(db, selection, campaign: mailing.campaign) }
            let list = try Self.listID(db, named: mailing.list)
            switch try Self.lastImport(db, list: list)?.state {
            case .interrupted:
                throw ContactBookError(
                    .importInterrupted,
                    "The last import into the list “\(mailing.list)” was interrupted; run it again before starting.")
            case .applying:
                throw ContactBookError(
                    .importRunning,
                    "An import into the list “\(mailing.list)” is under way; start the campaign after its end.")
            case .complete, nil: break
            }
            try db.execute(
                sql: """
                    UPDATE mailings SET state = 'preparing', started = ?,
                        last_contact = (SELECT ifnull(max(id), 0) FROM contacts WHERE list = ?)
                    WHERE id = ?
                    """,
                arguments: [now.milliseconds, list, id.rawValue])
        }
    }

    /// Pauses a mailing: nothing more is reserved until ``resume(_:)``.
    /// - Throws: ``ContactBookError`` with code `wrongState` when it is not under way, or paused already.
    public func pause(_ id: MailingID) async throws {
        try await write { db in
            let mailing = try Self.mailing(db, id)
            guard mailing.state.isUnderWay, mailing.state != .paused else {
                throw Self.wrongState(mailing, to: "pause")
            }
            try MailingState.set(.paused, db, mailing: id, finished: nil)
        }
    }

    /// Lets a paused mailing go on, where it was.
    /// - Throws: ``ContactBookError`` with code `wrongState` when it is not paused.
    public func resume(_ id: MailingID) async throws {
        try await write { db in
            let mailing = try Self.mailing(db, id)
            guard mailing.state == .paused else { throw Self.wrongState(mailing, to: "resume") }
            try MailingState.set(mailing.audience == nil ? .preparing : .running, db, mailing: id, finished: nil)
        }
    }

    /// Cancels a mailing: licences of contacts without a permanent outcome are given back, statuses stay as they are.
    ///
    /// Late outcomes still count: ``book(_:streamPosition:shard:at:)`` takes them.
    /// - Throws: ``ContactBookError`` with code `wrongState` when it has ended or was not started.
    public func cancel(_ id: MailingID, at now: UnixTime) async throws {
        try await write { db in
            let mailing = try Self.mailing(db, id)
            guard mailing.state.isUnderWay else { throw Self.wrongState(mailing, to: "cancel") }
            // A reserved licence is always one of an open delivery: a permanent outcome charges or releases it.
            try db.execute(
                sql: "UPDATE deliveries SET licence = 3 WHERE mailing = ? AND licence = 1", arguments: [id.rawValue])
            let released = db.changesCount
            try db.execute(
                sql: "UPDATE mailings SET reserved = reserved - ?, released = released + ? WHERE id = ?",
                arguments: [released, released, id.rawValue])
            // What came back stays as it is: nothing more is attempted.
            try db.execute(sql: "DELETE FROM redeliveries WHERE mailing = ?", arguments: [id.rawValue])
            try MailingState.set(.cancelled, db, mailing: id, finished: now)
        }
    }

    static func wrongState(_ mailing: Mailing, to verb: String) -> ContactBookError {
        let remedy =
            switch mailing.state {
            case .draft: mailing.selection == nil ? "Start it first." : "Start it first, or discard it."
            case .preparing, .running: "Pause or cancel it if it should stop."
            case .waiting: "Add licences and it goes on by itself."
            case .paused: "Resume it to go on."
            case .cancelled: "A cancelled mailing stays cancelled; create a new campaign."
            case .finished: "Every contact has its outcome."
            }
        return ContactBookError(
            .wrongState,
            "The mailing “\(mailing.name)” of campaign “\(mailing.campaign)” is \(mailing.state.rawValue): "
                + "cannot \(verb). \(remedy)")
    }
}
