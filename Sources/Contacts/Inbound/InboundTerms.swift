import Delivery
import Foundation
import GRDB

/// What of a mailing matters to what comes back.
struct InboundTerms {
    var policy: RetryPolicy
    /// Whether anything of it may still be attempted.
    var takesJobs: Bool

    init(_ db: Database, of mailing: MailingID) throws {
        let statement = try db.cachedStatement(sql: "SELECT retry, state FROM mailings WHERE id = ?")
        let row = try Row.fetchOne(statement, arguments: [mailing.rawValue])
        let json: String = row?[0] ?? ""
        // A policy that another version wrote must not keep what came back from being booked.
        policy = (try? JSONDecoder().decode(RetryPolicy.self, from: Data(json.utf8))) ?? .standard
        takesJobs = MailingState(rawValue: row?[1] ?? "") != .cancelled
    }
}
