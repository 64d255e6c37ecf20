/// A day of the week; the raw value is the name in options and on the command line.
public enum Weekday: String, Sendable, CaseIterable, Comparable {
    case monday = "mon"
    case tuesday = "tue"
    case wednesday = "wed"
    case thursday = "thu"
    case friday = "fri"
    case saturday = "sat"
    case sunday = "sun"

    /// The weekday of a civil day, by the number of days since 1970-01-01, which was a Thursday.
    init(daysSince1970 day: Int) {
        let index = (day + 3) % 7
        self = Self.allCases[index < 0 ? index + 7 : index]
    }

    /// The place in the week, from Monday.
    private var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    public static func < (left: Self, right: Self) -> Bool { left.place < right.place }
}
