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
        let days = second.dividedRoundingDown(by: 86_400)
        let ofDay = second - days * 86_400
        let weekday = days - days.dividedRoundingDown(by: 7) * 7
        let date = civil(daysSince1970: days)
        var line = "\(weekdays[Int(weekday)]), \(twoDigits(date.day)) \(months[Int(date.month) - 1]) "
        let year = String(date.year)
        line += String(repeating: "0", count: max(0, 4 - year.count)) + year
        line += " \(twoDigits(ofDay / 3600)):\(twoDigits(ofDay / 60 % 60)):\(twoDigits(ofDay % 60)) +0000"
        return Array(line.utf8)
    }

    private static func twoDigits(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }

    /// The Gregorian date of a day, counted in eras of 400 years that begin on 1 March (Howard Hinnant's `civil_from_days`).
    private static func civil(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted.dividedRoundingDown(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
            month: month,
            day: dayOfYear - (153 * marchMonth + 2) / 5 + 1
        )
    }
}

extension Int64 {
    /// The quotient rounded towards minus infinity.
    fileprivate func dividedRoundingDown(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
