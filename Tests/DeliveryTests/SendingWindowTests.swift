import Delivery
import Foundation
import Testing

@Suite("Sending windows")
struct SendingWindowTests {
    private func window(
        _ from: String, _ until: String, _ zone: String = "Europe/Berlin", on days: Set<Weekday>? = nil
    ) throws -> SendingWindow {
        try SendingWindow(
            from: #require(TimeOfDay(parsing: from)), until: #require(TimeOfDay(parsing: until)), timeZone: zone,
            weekdays: days)
    }

    /// A moment from its ISO 8601 form.
    private func moment(_ text: String) throws -> UnixTime {
        UnixTime(milliseconds: Int64(try Date(text, strategy: .iso8601).timeIntervalSince1970 * 1000))
    }

    /// Openings as `opens closes`, in UTC.
    private func openings(_ window: SendingWindow, from text: String, count: Int) throws -> [String] {
        func utc(_ time: UnixTime) -> String {
            Date(timeIntervalSince1970: Double(time.milliseconds) / 1000).formatted(.iso8601)
        }
        return try window.intervals(from: moment(text), count: count).map { "\(utc($0.opens)) \(utc($0.closes))" }
    }

    @Test("the window that is open counts, from its beginning; one that has just closed does not")
    func present() throws {
        let day = try window("08:00", "20:00")
        let first = "2026-11-24T07:00:00Z 2026-11-24T19:00:00Z"
        let second = "2026-11-25T07:00:00Z 2026-11-25T19:00:00Z"
        for moment in ["2026-11-24T05:00:00Z", "2026-11-24T07:00:00Z", "2026-11-24T18:59:59Z"] {
            #expect(try openings(day, from: moment, count: 2) == [first, second])
        }
        #expect(try openings(day, from: "2026-11-24T19:00:00Z", count: 1) == [second])
        #expect(try openings(day, from: "2026-11-24T19:00:00Z", count: 0).isEmpty)
    }

    @Test("a window past midnight belongs to the day on which it opens")
    func pastMidnight() throws {
        let night = try window("22:00", "06:00", on: [.friday])
        // Friday, 27 November 2026, into Saturday.
        let friday = "2026-11-27T21:00:00Z 2026-11-28T05:00:00Z"
        #expect(try openings(night, from: "2026-11-27T00:00:00Z", count: 1) == [friday])
        #expect(try openings(night, from: "2026-11-28T04:59:00Z", count: 1) == [friday])
        #expect(
            try openings(night, from: "2026-11-28T05:00:00Z", count: 1) == ["2026-12-04T21:00:00Z 2026-12-05T05:00:00Z"]
        )
    }

    @Test("days of the week without hours: the whole day, to midnight")
    func wholeDays() throws {
        let days = try window("00:00", "24:00", "UTC", on: [.monday, .tuesday])
        #expect(
            try openings(days, from: "2026-11-24T12:00:00Z", count: 3) == [
                "2026-11-24T00:00:00Z 2026-11-25T00:00:00Z", "2026-11-30T00:00:00Z 2026-12-01T00:00:00Z",
                "2026-12-01T00:00:00Z 2026-12-02T00:00:00Z",
            ])
    }

    @Test(
        "the change to summer time: the night is an hour shorter, and a time that is skipped is the moment of the change",
        arguments: [
            ("08:00", "20:00", "2026-03-29T06:00:00Z 2026-03-29T18:00:00Z"),
            ("22:00", "06:00", "2026-03-28T21:00:00Z 2026-03-29T04:00:00Z"),
            ("02:30", "04:00", "2026-03-29T01:00:00Z 2026-03-29T02:00:00Z"),
            ("01:30", "02:30", "2026-03-29T00:30:00Z 2026-03-29T01:00:00Z"),
            // Nothing is left of it on that day.
            ("02:15", "02:45", "2026-03-30T00:15:00Z 2026-03-30T00:45:00Z"),
        ])
    func spring(from: String, until: String, expected: String) throws {
        #expect(try openings(window(from, until), from: "2026-03-28T23:30:00Z", count: 1) == [expected])
    }

    @Test(
        "the change back: the night is an hour longer, and a time that comes twice counts the first time",
        arguments: [
            ("08:00", "20:00", "2026-10-25T07:00:00Z 2026-10-25T19:00:00Z"),
            ("22:00", "06:00", "2026-10-24T20:00:00Z 2026-10-25T05:00:00Z"),
            ("02:30", "04:00", "2026-10-25T00:30:00Z 2026-10-25T03:00:00Z"),
            ("01:30", "02:30", "2026-10-24T23:30:00Z 2026-10-25T00:30:00Z"),
        ])
    func autumn(from: String, until: String, expected: String) throws {
        #expect(try openings(window(from, until), from: "2026-10-24T22:30:00Z", count: 1) == [expected])
    }

    @Test("every opening of a year in a zone with half hours, south of the equator, is at its time on the wall")
    func year() throws {
        let window = try window("09:15", "17:45", "Australia/Adelaide")
        let zone = try #require(TimeZone(identifier: "Australia/Adelaide"))
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let intervals = try window.intervals(from: moment("2026-01-01T00:00:00Z"), count: 365)
        #expect(intervals.count == 365)
        func wall(_ time: UnixTime) -> [Int?] {
            let date = Date(timeIntervalSince1970: Double(time.milliseconds) / 1000)
            let parts = calendar.dateComponents([.hour, .minute], from: date)
            return [parts.hour, parts.minute]
        }
        for (opens, closes) in intervals {
            #expect(wall(opens) == [9, 15])
            #expect(wall(closes) == [17, 45])
        }
        for (one, next) in zip(intervals, intervals.dropFirst()) {
            #expect((23...25).contains((next.opens - one.opens) / .seconds(3600)))
        }
    }
}
