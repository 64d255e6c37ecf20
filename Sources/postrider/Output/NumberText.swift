/// Numbers as people read them.
enum NumberText {
    /// `1,234,567`.
    static func grouped(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return number < 0 ? "-" + text : text
    }

    /// `61 %`; one decimal below ten percent, and never `100 %` or `0 %` unless it is exactly that.
    static func share(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "-" }
        if part == whole { return "100 %" }
        if part == 0 { return "0 %" }
        let percent = Double(part) / Double(whole) * 100
        if percent >= 10 { return "\(min(Int(percent.rounded()), 99)) %" }
        let tenths = max(Int((percent * 10).rounded()), 1)
        return "\(tenths / 10).\(tenths % 10) %"
    }

    /// `1,204/s`; with one decimal below ten.
    static func rate(_ perSecond: Double) -> String {
        guard perSecond < 10 else { return "\(grouped(Int(perSecond.rounded())))/s" }
        let tenths = Int((perSecond * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)/s"
    }

    /// `1.5 MiB`.
    static func bytes(_ count: Int) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var value = Double(count)
        var unit = 0
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        if unit == 0 { return "\(count) B" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }

    /// The two largest parts of a time: `3 s`, `2 min 5 s`, `1 h 10 min`, `4 d 2 h`.
    static func duration(_ duration: Duration) -> String {
        let seconds = max(duration.components.seconds, 0)
        let parts = [
            (seconds / 86400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s"),
        ]
        guard let first = parts.firstIndex(where: { $0.0 > 0 }) else { return "0 s" }
        return parts[first...].prefix(2).filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }
}
