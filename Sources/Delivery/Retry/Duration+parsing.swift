/// Why a text is not a duration.
public struct DurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text that was read.
    public var text: String
    public var message: String

    public init(_ text: String, _ message: String) {
        self.text = text
        self.message = message
    }

    public var description: String { "“\(text)” is not a duration: \(message)" }
}

extension Duration {
    /// The units of the written form, the largest first, in milliseconds.
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// Reads `5m`, `24h`, `4d`, `90s`, `500ms` or several in falling order such as `1h30m`.
    public init(parsing text: String) throws(DurationError) {
        var rest = Substring(text)
        guard !rest.isEmpty else { throw DurationError(text, "it is empty") }
        var total: Int64 = 0
        var nextUnit = 0
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { !("0"..."9").contains($0) }
            rest = rest.dropFirst(name.count)
            guard !digits.isEmpty, !name.isEmpty else {
                throw DurationError(text, "expected a number and a unit, as in 90s, 5m, 1h30m or 4d")
            }
            guard let unit = Self.units.firstIndex(where: { $0.name == name }) else {
                throw DurationError(text, "the unit “\(name)” is none of d, h, m, s, ms")
            }
            guard unit >= nextUnit else { throw DurationError(text, "its units must fall and not repeat") }
            nextUnit = unit + 1
            guard let number = Int64(digits) else { throw DurationError(text, "it is too long") }
            let (part, isTooLong) = number.multipliedReportingOverflow(by: Self.units[unit].milliseconds)
            let (sum, overflows) = total.addingReportingOverflow(part)
            guard !isTooLong, !overflows else { throw DurationError(text, "it is too long") }
            total = sum
        }
        self = .milliseconds(total)
    }

    /// The shortest text that ``init(parsing:)`` reads back, to the millisecond: `1h30m`, `0s`.
    ///
    /// Negative durations are written as `0s`; nothing here waits for less than nothing.
    public var shortForm: String {
        var rest = max(wholeMilliseconds, 0)
        var text = ""
        for unit in Self.units where rest >= unit.milliseconds {
            text += "\(rest / unit.milliseconds)\(unit.name)"
            rest %= unit.milliseconds
        }
        return text.isEmpty ? "0s" : text
    }
}
