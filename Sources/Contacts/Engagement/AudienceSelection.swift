import Delivery
import Foundation
import GRDB

/// Whom a reminder goes to: those contacts of an earlier mailing of its campaign who fit.
public struct AudienceSelection: Codable, Hashable, Sendable {
    /// The name of the earlier mailing.
    public var of: String
    public var filter: AudienceFilter

    public init(of mailing: String, _ filter: AudienceFilter) {
        of = mailing
        self.filter = filter
    }
}

/// How many contacts a selection reaches at this moment.
public struct AudienceForecast: Codable, Hashable, Sendable {
    /// The name of the earlier mailing.
    public var of: String
    public var filter: AudienceFilter
    /// How many contacts fit.
    public var contacts: Int
    /// How many of them a message would be sent to.
    public var reached: Int
    /// How many of them would have an outcome at once, by its name: suppressed, invalid and duplicated ones.
    public var withheld: [String: Int]
    /// How many contacts of the earlier mailing have no permanent outcome yet; none when it was cancelled.
    public var unsettled: Int
}

/// A reminder's selection as it is carried out: which contacts of the earlier mailing are decided, and who is next.
///
/// The earlier mailing's contacts are gone through in its order, each of them once, so that the reminder keeps that order.
struct SelectedAudience {
    let source: Int64
    let filter: AudienceFilter
    /// How many contacts of the earlier mailing have been decided, from the first on.
    let decided: Int
    /// How many contacts the earlier mailing has.
    let end: Int
    /// The mailings of the campaign by whose links a contact may have come to the survey.
    private let mailings: [Int64]

    /// The selection of a mailing; `nil` when it goes to the whole list.
    init?(_ db: Database, of mailing: MailingID) throws {
        let row = try Row.fetchOne(
            db, sql: "SELECT source, filter, decided FROM audiences WHERE mailing = ?", arguments: [mailing.rawValue])
        guard let row else { return nil }
        try self.init(db, source: row[0], filter: Self.filter(row[1]), decided: row[2])
    }

    init(_ db: Database, source: Int64, filter: AudienceFilter, decided: Int = 0) throws {
        self.source = source
        self.filter = filter
        self.decided = decided
        end = try Int.fetchOne(db, sql: "SELECT prepared FROM mailings WHERE id = ?", arguments: [source]) ?? 0
        mailings = try Int64.fetchAll(
            db,
            sql: """
                SELECT id FROM mailings WHERE campaign = (SELECT campaign FROM mailings WHERE id = ?)
                    AND started IS NOT NULL ORDER BY id
                """,
            arguments: [source])
    }

    /// Reads a filter as the book keeps it.
    static func filter(_ json: String) throws -> AudienceFilter {
        do {
            return try JSONDecoder().decode(AudienceFilter.self, from: Data(json.utf8))
        } catch {
            throw ContactBookError(
                .storage, "The audience of a reminder in the contact book cannot be read: \(error)", underlying: error)
        }
    }

    /// The contacts that fit, of the places `:from` to before `:until` of the mailing `:source`, as SQL.
    var people: String {
        """
        SELECT c.id, c.key, c.occurrence, c.problem FROM deliveries d CROSS JOIN contacts c ON c.id = d.contact
        LEFT JOIN engagements e ON e.mailing = d.mailing AND e.ordinal = d.ordinal
        WHERE d.mailing = :source AND d.ordinal >= :from AND d.ordinal < :until\(filter.condition(interviewsOf: mailings))
        """
    }

    /// What becomes of those who fit, were they laid down now.
    func forecast(_ db: Database) throws -> AudienceForecast {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT \(ContactBook.firstOutcome), count(*)
                FROM (\(people)) c LEFT JOIN suppressions s ON s.key = c.key GROUP BY 1
                """,
            arguments: ["source": source, "from": 0, "until": end])
        var forecast = AudienceForecast(
            of: "", filter: filter, contacts: 0, reached: 0, withheld: [:], unsettled: try unsettled(db))
        forecast.of =
            try String.fetchOne(db, sql: "SELECT name FROM mailings WHERE id = ?", arguments: [source]) ?? ""
        for row in rows {
            forecast.contacts += row[1]
            switch Outcome(rawValue: row[0]) {
            case .queued: forecast.reached = row[1]
            case let outcome?: forecast.withheld[outcome.name] = row[1]
            case nil: break
            }
        }
        return forecast
    }

    private func unsettled(_ db: Database) throws -> Int {
        try Int.fetchOne(
            db,
            sql: """
                SELECT ifnull(sum(count), 0) FROM tallies JOIN mailings ON mailings.id = mailing
                WHERE mailing = ? AND outcome IN (0, 8, 9) AND state <> 'cancelled'
                """,
            arguments: [source]) ?? 0
    }
}
