internal import Delivery

/// Reads the times that providers write.
enum ProviderTime {
    /// Seconds since 1970, whole or with a fraction.
    static func time(seconds: Double?) -> UnixTime? {
        guard let seconds, seconds > 0, seconds < 1e11 else { return nil }
        return UnixTime(milliseconds: Int64(seconds * 1000))
    }

    /// A date and time of ISO 8601: `2016-01-27T14:59:38.237Z`, `2014-08-01T13:28:10.2735393-04:00`; `nil` for anything else.
    static func time(iso8601 text: String?) -> UnixTime? {
        guard let text else { return nil }
        var reader = DigitReader(text)
        guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
            let day = reader.number(2), reader.skip("T") || reader.skip(" "), let hour = reader.number(2),
            reader.skip(":"), let minute = reader.number(2), reader.skip(":"), let second = reader.number(2),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
        else { return nil }
        let milliseconds = reader.skip(".") ? reader.fraction() : 0
        guard let milliseconds, let offset = reader.offset() else { return nil }
        let minutes = Int64(days(year, month, day) * 24 + hour) * 60 + Int64(minute - offset)
        return UnixTime(milliseconds: (minutes * 60 + Int64(second)) * 1000 + Int64(milliseconds))
    }

    /// The days from 1970-01-01 to a date of the Gregorian calendar.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        // Years are counted from March, so that the leap day is a year's last.
        let year = month > 2 ? year : year - 1
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

/// Takes digits and marks from the beginning of a text.
private struct DigitReader {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text[...].utf8
    }

    /// A number of exactly so many digits.
    mutating func number(_ length: Int) -> Int? {
        let digits = rest.prefix(length)
        guard digits.count == length, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        rest = rest.dropFirst(length)
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    mutating func skip(_ mark: Unicode.Scalar) -> Bool {
        guard let first = rest.first, UInt32(first) == mark.value else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// The milliseconds of a fraction of any length.
    mutating func fraction() -> Int? {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        return (Array(digits) + [0x30, 0x30]).prefix(3).reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// The minutes that local time is ahead, at the text's end: `Z`, `+02:00`, ` +0000`, or none.
    mutating func offset() -> Int? {
        _ = skip(" ")
        if rest.isEmpty || skip("Z") { return rest.isEmpty ? 0 : nil }
        let sign = skip("-") ? -1 : skip("+") ? 1 : 0
        guard sign != 0, let hours = number(2) else { return nil }
        _ = skip(":")
        guard let minutes = number(2), rest.isEmpty, hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
