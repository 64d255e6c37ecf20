/// Times as people read them.
enum TimeText {
    /// `2026-03-01 09:30:00Z` of `2026-03-01T09:30:00.123Z`; any other text as it is.
    static func short(_ iso8601: String) -> String {
        guard iso8601.utf8.count >= 20, iso8601.hasSuffix("Z") else { return iso8601 }
        return iso8601.prefix(19).replacing("T", with: " ") + "Z"
    }

    /// Only the time of day.
    static func ofDay(_ iso8601: String) -> String {
        String(short(iso8601).suffix(9))
    }
}
