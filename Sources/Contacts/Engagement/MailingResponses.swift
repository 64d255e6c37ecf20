import Delivery
import GRDB

/// What the contacts of a mailing did, in numbers.
public struct MailingResponses: Codable, Hashable, Sendable {
    /// Contacts that opened the message, and how often all of them did.
    public var opened = 0
    public var opens = 0
    /// Contacts that followed a link, and how often all of them did.
    public var clicked = 0
    public var clicks = 0
    /// Contacts that began the survey, and that answered it to its end.
    public var interviewsStarted = 0
    public var interviewsCompleted = 0
    /// Contacts that left the list by this message.
    public var unsubscribed = 0
    /// Contacts that complained about it.
    public var complaints = 0

    public init() {}

    /// Whether nobody did anything.
    public var isEmpty: Bool { self == MailingResponses() }
}

extension MailingResponses {
    /// The running sums of a mailing.
    static func of(_ db: Database, mailing: Int64) throws -> MailingResponses {
        var responses = MailingResponses()
        let statement = try db.cachedStatement(
            sql: """
                SELECT opened, opens, clicked, clicks, started, completed, unsubscribed, complaints
                FROM responses WHERE mailing = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [mailing]) else { return responses }
        responses.opened = row[0]
        responses.opens = row[1]
        responses.clicked = row[2]
        responses.clicks = row[3]
        responses.interviewsStarted = row[4]
        responses.interviewsCompleted = row[5]
        responses.unsubscribed = row[6]
        responses.complaints = row[7]
        return responses
    }

    /// Counts a contact that left the list or complained by its message, once each; one that had left before it went (L3) did not leave
    /// by it.
    /// - Parameter number: The place of the change in the delivery's history.
    static func count(_ db: Database, _ change: StatusChange, number: Int) throws {
        guard change.reason == .optOut || change.reason == .complaint, change.rule != "L3" else { return }
        let earlier = try db.cachedStatement(
            sql: """
                SELECT 1 FROM history WHERE mailing = ? AND ordinal = ? AND number < ? AND reason = ? AND rule <> 'L3'
                """)
        let mailing = change.job.mailing.rawValue
        let isKnown = try Bool.fetchOne(
            earlier, arguments: [mailing, change.job.ordinal, number, change.reason.rawValue])
        guard isKnown == nil else { return }
        let left = change.reason == .optOut
        try db.cachedStatement(
            sql: """
                INSERT INTO responses (mailing, unsubscribed, complaints) VALUES (?1, ?2, ?3)
                ON CONFLICT (mailing) DO UPDATE SET
                    unsubscribed = unsubscribed + excluded.unsubscribed, complaints = complaints + excluded.complaints
                """
        ).execute(arguments: [mailing, left ? 1 : 0, left ? 0 : 1])
    }

    /// The sums of a mailing, counted again.
    static func counted(_ db: Database, mailing: Int64) throws -> MailingResponses {
        var responses = MailingResponses()
        let acts = try Row.fetchOne(
            db,
            sql: """
                SELECT count(first_opened), ifnull(sum(opens), 0), count(first_clicked), ifnull(sum(clicks), 0),
                    count(started), count(completed) FROM engagements WHERE mailing = ?
                """, arguments: [mailing])
        if let acts {
            responses.opened = acts[0]
            responses.opens = acts[1]
            responses.clicked = acts[2]
            responses.clicks = acts[3]
            responses.interviewsStarted = acts[4]
            responses.interviewsCompleted = acts[5]
        }
        let left = try Row.fetchOne(
            db,
            sql: """
                SELECT count(DISTINCT ordinal) FILTER (WHERE reason = 'opt_out'),
                    count(DISTINCT ordinal) FILTER (WHERE reason = 'complaint')
                FROM history WHERE mailing = ? AND reason IN ('opt_out', 'complaint') AND rule <> 'L3'
                """, arguments: [mailing])
        responses.unsubscribed = left?[0] ?? 0
        responses.complaints = left?[1] ?? 0
        return responses
    }

    /// The checks of an audit: each sum against the rows that it counts.
    static func checks(_ db: Database, mailing: MailingID, scope: String) throws -> [AuditCheck] {
        let sums = try of(db, mailing: Int64(mailing.rawValue))
        let counted = try counted(db, mailing: Int64(mailing.rawValue))
        let pairs: [(String, KeyPath<MailingResponses, Int>)] = [
            ("contacts that opened", \.opened), ("opens", \.opens), ("contacts that clicked", \.clicked),
            ("clicks", \.clicks), ("interviews started", \.interviewsStarted),
            ("interviews completed", \.interviewsCompleted), ("contacts that left by it", \.unsubscribed),
            ("complaints", \.complaints),
        ]
        return pairs.map {
            AuditCheck(scope, "\($0.0), counted again", expected: sums[keyPath: $0.1], actual: counted[keyPath: $0.1])
        }
    }
}
