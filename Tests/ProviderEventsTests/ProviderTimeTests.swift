import Delivery
import Testing

@testable import ProviderEvents

@Suite("Times as providers write them")
struct ProviderTimeTests {
    @Test(
        "a date of ISO 8601 is read with its fraction and its offset",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2016-01-27T14:59:38.237Z", 1_453_906_778_237),
            ("2014-08-01T13:28:10.2735393-04:00", 1_406_914_090_273), ("2018-10-08T14:05:45 +0000", 1_539_007_545_000),
            ("2000-02-29T23:59:59.9Z", 951_868_799_900), ("2024-12-31T23:00:00-01:00", 1_735_689_600_000),
        ] as [(String, Int64)])
    func dates(text: String, milliseconds: Int64) {
        #expect(ProviderTime.time(iso8601: text)?.milliseconds == milliseconds)
    }

    @Test(
        "anything else is no time",
        arguments: [
            "", "yesterday", "2016-13-01T00:00:00Z", "2016-01-27", "2016-01-27T25:00:00Z", "2016-01-27T14:59:38Zx",
        ])
    func noDates(text: String) {
        #expect(ProviderTime.time(iso8601: text) == nil)
    }

    @Test("seconds may have a fraction; none, or too many, are no time")
    func seconds() {
        #expect(ProviderTime.time(seconds: 1_534_108_637.153)?.milliseconds == 1_534_108_637_153)
        #expect(ProviderTime.time(seconds: nil) == nil)
        #expect(ProviderTime.time(seconds: -1) == nil)
        #expect(ProviderTime.time(seconds: .infinity) == nil)
    }
}
