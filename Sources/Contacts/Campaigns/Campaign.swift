public import Delivery
import GRDB

/// A campaign: one list, an invitation and its reminders.
public struct Campaign: Codable, Hashable, Sendable {
    public var name: String
    /// The name of the list.
    public var list: String
    /// When it was created, ISO 8601.
    public var created: String
    public var mailings: [Mailing]
}

/// A mailing as it stands: an invitation or a reminder of a campaign.
public struct Mailing: Codable, Hashable, Sendable {
    /// The number that names it in the queue.
    public var number: UInt32
    /// The name of its campaign.
    public var campaign: String
    /// The name of the list that its audience comes from.
    public var list: String
    public var name: String
    public var state: MailingState
    /// The message: JSON that the book does not look into.
    public var template: String
    /// The retry policy: JSON that the book does not look into.
    public var retry: String
    /// How it is to be sent: JSON that the book does not look into.
    public var options: String
    /// How many contacts it goes to; `nil` until its audience is laid down.
    public var audience: Int?
    /// How many contacts have been laid down.
    public var prepared: Int
    /// How many of them, from the first on, have been given to the queue: the next ordinal to feed.
    public var fed: Int
    public var started: String?
    public var finished: String?
    /// Whom a reminder goes to; `nil` for an invitation, which goes to the whole list.
    public var selection: AudienceSelection?

    public var id: MailingID { MailingID(rawValue: number) }
}

extension Mailing {
    static let select = """
        SELECT mailings.id, campaigns.name, lists.name, mailings.name, mailings.state, mailings.template,
            mailings.retry, mailings.options, mailings.audience, mailings.prepared, mailings.fed, mailings.started,
            mailings.finished, sources.name, audiences.filter
        FROM mailings LEFT JOIN audiences ON audiences.mailing = mailings.id
        LEFT JOIN mailings sources ON sources.id = audiences.source
        JOIN campaigns ON campaigns.id = mailings.campaign JOIN lists ON lists.id = campaigns.list
        """

    init(row: Row) throws {
        number = row[0]
        campaign = row[1]
        list = row[2]
        name = row[3]
        state = MailingState(rawValue: row[4]) ?? .draft
        template = row[5]
        retry = row[6]
        options = row[7]
        audience = row[8]
        prepared = row[9]
        fed = row[10]
        started = (row[11] as Int64?).map { UnixTime(milliseconds: $0).iso8601 }
        finished = (row[12] as Int64?).map { UnixTime(milliseconds: $0).iso8601 }
        if let source = row[13] as String?, let filter = row[14] as String? {
            selection = AudienceSelection(of: source, try SelectedAudience.filter(filter))
        }
    }
}
