import Delivery
import Foundation

extension UnixTime {
    /// The time as reports show it: ISO 8601 in UTC with milliseconds, `2026-11-23T22:30:00.125Z`.
    var iso8601: String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
