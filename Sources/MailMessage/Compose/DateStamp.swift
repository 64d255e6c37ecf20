import Delivery

/// The last second that was formatted as a date of RFC 5322 §3.3: thousands of messages share one.
struct DateStamp: Sendable {
    private var second: Int64?
    private var text: [UInt8] = []

    /// The date in UTC, such as `Mon, 23 Nov 2026 22:24:08 +0000`.
    mutating func bytes(at time: UnixTime) -> [UInt8] {
        let wanted = time.milliseconds.dividedRoundingDown(by: 1000)
        if second != wanted {
            text = Self.format(second: wanted)
            second = wanted
        }
        return text
    }

    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func format(second: Int64) -> [UInt8] {
        let day = UTCDay(of: UnixTime(milliseconds: second * 1000))
        let ofDay = Int(second) - day.number * 86_400
        let weekday = (day.number % 7 + 7) % 7
        let date = day.date
        var line = "\(weekdays[weekday]), \(twoDigits(date.day)) \(months[date.month - 1]) "
        let year = String(date.year)
        line += String(repeating: "0", count: max(0, 4 - year.count)) + year
        line += " \(twoDigits(ofDay / 3600)):\(twoDigits(ofDay / 60 % 60)):\(twoDigits(ofDay % 60)) +0000"
        return Array(line.utf8)
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}

extension Int64 {
    /// The quotient rounded towards minus infinity.
    fileprivate func dividedRoundingDown(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
