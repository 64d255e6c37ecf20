import Delivery
import Testing

@Suite("Times of ISO 8601")
struct ISO8601Tests {
    @Test(
        "a date and time is read with its fraction and its offset",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2016-01-27T14:59:38.237Z", 1_453_906_778_237),
            ("2014-08-01T13:28:10.2735393-04:00", 1_406_914_090_273), ("2018-10-08T14:05:45 +0000", 1_539_007_545_000),
            ("2000-02-29T23:59:59.9Z", 951_868_799_900), ("2024-12-31T23:00:00-01:00", 1_735_689_600_000),
            ("1969-12-31 23:59:59.999+0000", -1), ("2016-12-31T23:59:60Z", 1_483_228_800_000),
        ] as [(String, Int64)])
    func read(text: String, milliseconds: Int64) {
        #expect(UnixTime(iso8601: text)?.milliseconds == milliseconds)
    }

    @Test(
        "anything else is no time, nor is one of which nobody knows where it is",
        arguments: [
            "", "yesterday", "2016-13-01T00:00:00Z", "2016-02-30T00:00:00Z", "2016-01-27", "2016-01-27T25:00:00Z",
            "2016-01-27T14:60:00Z", "2016-01-27T14:59:38Zx", "2016-01-27T14:59:38", "2016-01-27T14:59Z",
            "2016-01-27T14:59:38.Z", "2016-01-27T14:59:38+25:00", "+016-01-27T14:59:38Z", "2016-01-27T14:59:3éZ",
        ])
    func refused(text: String) {
        #expect(UnixTime(iso8601: text) == nil)
    }

    @Test(
        "a time is written in UTC with milliseconds, and read as the same",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (1_453_906_778_237, "2016-01-27T14:59:38.237Z"), (951_868_799_005, "2000-02-29T23:59:59.005Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func written(milliseconds: Int64, text: String) {
        #expect(UnixTime(milliseconds: milliseconds).iso8601 == text)
        #expect(UnixTime(iso8601: text)?.milliseconds == milliseconds)
    }
}
