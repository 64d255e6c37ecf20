extension UnixTime {
    /// The time as reports show it: ISO 8601 in UTC with milliseconds, `2026-11-23T22:30:00.125Z`.
    public var iso8601: String {
        let day = UTCDay(of: self)
        let rest = milliseconds - Int64(day.number) * 86_400_000
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(day)T\(padded(rest / 3_600_000, 2)):\(padded(rest / 60_000 % 60, 2)):\(padded(rest / 1000 % 60, 2))"
            + ".\(padded(rest % 1000, 3))Z"
    }

    /// Reads a date and time of ISO 8601 that says where: `2016-01-27T14:59:38.237Z`, `2014-08-01T13:28:10.2735393-04:00`; `nil` for
    /// anything else.
    ///
    /// A blank may stand for the `T` and before the offset, as some write.
    public init?(iso8601 text: some StringProtocol) {
        guard let day = UTCDay(text.prefix(10)) else { return nil }
        var reader = DigitReader(text.dropFirst(10))
        guard reader.skip("T") || reader.skip(" "), let hour = reader.number(2), reader.skip(":"),
            let minute = reader.number(2), reader.skip(":"), let second = reader.number(2), hour < 24, minute < 60,
            second < 61
        else { return nil }
        let milliseconds = reader.skip(".") ? reader.fraction() : 0
        guard let milliseconds, let offset = reader.offset() else { return nil }
        let minutes = (day.number * 24 + hour) * 60 + minute - offset
        self.init(milliseconds: Int64(minutes * 60 + second) * 1000 + Int64(milliseconds))
    }
}

/// Takes digits and marks from the beginning of a text.
private struct DigitReader {
    private var rest: ArraySlice<UInt8>

    init(_ text: some StringProtocol) {
        rest = Array(text.utf8)[...]
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

    /// The minutes that local time is ahead, at the text's end: `Z`, `+02:00`, ` +0000`.
    mutating func offset() -> Int? {
        _ = skip(" ")
        if skip("Z") { return rest.isEmpty ? 0 : nil }
        let sign = skip("-") ? -1 : skip("+") ? 1 : 0
        guard sign != 0, let hours = number(2) else { return nil }
        _ = skip(":")
        guard let minutes = number(2), rest.isEmpty, hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
