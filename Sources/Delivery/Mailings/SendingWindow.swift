internal import Foundation

/// The hours of the day in which a mailing sends, in a time zone, on all days or on some days of the week.
public struct SendingWindow: Hashable, Sendable {
    /// When it opens.
    public let from: TimeOfDay
    /// When it closes; on the next day when this is not later than ``from``.
    public let until: TimeOfDay
    /// The identifier of the time zone, such as `Europe/Berlin`.
    public let timeZone: String
    /// The days on which it opens; `nil` for all.
    public let weekdays: Set<Weekday>?

    /// Makes a window.
    public init(
        from: TimeOfDay, until: TimeOfDay, timeZone: String, weekdays: Set<Weekday>? = nil
    ) throws(MailingOptionsError) {
        guard from.minutes < 24 * 60 else {
            throw MailingOptionsError(key: "window.from", message: "a window opens at 23:59 at the latest")
        }
        guard from != until else {
            throw MailingOptionsError(
                key: "window.until", message: "it is the same as from; write 00:00 and 24:00 for the whole day")
        }
        guard TimeZone(identifier: timeZone) != nil else {
            throw MailingOptionsError(
                key: "window.timeZone",
                message: "“\(timeZone)” is not the name of a time zone, such as Europe/Berlin or UTC")
        }
        if let weekdays, weekdays.isEmpty {
            throw MailingOptionsError(key: "window.weekdays", message: "name at least one day, or leave the key out")
        }
        self.from = from
        self.until = until
        self.timeZone = timeZone
        self.weekdays = weekdays
    }
}
