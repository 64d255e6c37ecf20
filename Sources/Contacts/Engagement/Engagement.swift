import Delivery
import GRDB

/// What a contact did with its message.
public struct Engagement: Codable, Hashable, Sendable {
    public var opens: Int
    /// Times are ISO 8601.
    public var firstOpened: String?
    public var clicks: Int
    public var firstClicked: String?
    /// When the survey was begun and answered to its end.
    public var started: String?
    public var completed: String?
}

extension Engagement {
    /// Of a table `e`, which may have no row for the contact.
    static let columns = "e.opens, e.first_opened, e.clicks, e.first_clicked, e.started, e.completed"

    /// Reads ``columns`` from a place in a row on; `nil` where the contact did nothing.
    init?(row: Row, from first: Int) {
        guard let opens = row[first] as Int? else { return nil }
        func time(_ index: Int) -> String? {
            (row[first + index] as Int64?).map { UnixTime(milliseconds: $0).iso8601 }
        }
        self.init(
            opens: opens, firstOpened: time(1), clicks: row[first + 2], firstClicked: time(3), started: time(4),
            completed: time(5))
    }
}
