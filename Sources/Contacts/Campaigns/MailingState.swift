import Delivery
import GRDB

/// Where a mailing stands.
public enum MailingState: String, Codable, CaseIterable, Sendable {
    /// Not started.
    case draft
    /// Its audience is being laid down.
    case preparing
    /// Being fed and delivered.
    case running
    /// Out of licences: goes on by itself after a top-up.
    case waiting
    /// Stopped by its owner until resumed.
    case paused
    /// Stopped for good; what was in the air still counts.
    case cancelled
    /// Every contact has a permanent outcome.
    case finished

    /// Whether a mailing may be stopped for a while or for good.
    var isUnderWay: Bool {
        switch self {
        case .preparing, .running, .waiting, .paused: true
        case .draft, .cancelled, .finished: false
        }
    }
}

extension MailingState {
    /// A change of state that follows from the books alone.
    enum Settlement: Sendable {
        case finished, reopened
    }

    /// Marks a mailing as finished when it is wholly fed and nothing of it is open.
    ///
    /// A finished one that is open again, after a bounce message, is marked as running.
    static func settle(_ db: Database, mailing: MailingID, at now: UnixTime) throws -> Settlement? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT state, ifnull(fed = audience, 0),
                    ifnull((SELECT sum(count) FROM tallies WHERE mailing = id AND outcome IN (0, 8, 9)), 0)
                FROM mailings WHERE id = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [mailing.rawValue]),
            let state = MailingState(rawValue: row[0])
        else { return nil }
        let (isFed, open) = (row[1] as Bool, row[2] as Int)
        switch state {
        case .running, .waiting, .paused:
            guard isFed, open == 0 else { return nil }
            try set(.finished, db, mailing: mailing, finished: now)
            return .finished
        case .finished:
            guard open > 0 else { return nil }
            try set(.running, db, mailing: mailing, finished: nil)
            return .reopened
        case .draft, .preparing, .cancelled:
            return nil
        }
    }

    /// Writes a state down, and the time of the end or that there is none.
    static func set(_ state: MailingState, _ db: Database, mailing: MailingID, finished: UnixTime?) throws {
        try db.execute(
            sql: "UPDATE mailings SET state = ?, finished = ? WHERE id = ?",
            arguments: [state.rawValue, finished?.milliseconds, mailing.rawValue])
    }
}
