import Delivery
import Testing

@Suite("Durations as text")
struct DurationParsingTests {
    @Test(
        "a duration is read",
        arguments: [
            ("5m", Duration.seconds(300)), ("24h", .seconds(86400)), ("4d", .seconds(345_600)), ("90s", .seconds(90)),
            ("1h30m", .seconds(5400)), ("500ms", .milliseconds(500)), ("0s", .zero),
            ("1d2h3m4s5ms", .milliseconds(93_784_005)),
        ])
    func reads(text: String, duration: Duration) throws {
        #expect(try Duration(parsing: text) == duration)
    }

    @Test(
        "its short form is read back",
        arguments: [
            (Duration.seconds(90), "1m30s"), (.seconds(86400), "1d"), (.seconds(14400), "4h"), (.zero, "0s"),
            (.milliseconds(1500), "1s500ms"), (.seconds(-5), "0s"),
        ])
    func writes(duration: Duration, text: String) throws {
        #expect(duration.shortForm == text)
        #expect(try Duration(parsing: text) == max(duration, .zero))
    }

    @Test(
        "what is no duration is refused",
        arguments: [
            "", "5", "m", "5 m", " 5m", "-5m", "5x", "5M", "1m1h", "5m5m", "1.5h", "٣m", "99999999999999999999s",
            "9999999999999d",
        ])
    func refuses(text: String) {
        let error = #expect(throws: DurationError.self) { try Duration(parsing: text) }
        #expect(error?.description.contains("“\(text)”") == true)
    }
}
