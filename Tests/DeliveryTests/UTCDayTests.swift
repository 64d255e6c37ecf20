import Delivery
import Testing

@Suite("Days in UTC")
struct UTCDayTests {
    @Test(
        "A day is read and written, across leap years and centuries",
        arguments: [
            ("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11_016), ("2026-11-27", 20_784),
            ("2100-03-01", 47_541),
        ])
    func days(text: String, number: Int) {
        #expect(UTCDay(text)?.number == number)
        #expect(UTCDay(number: number).description == text)
        #expect(UTCDay(of: UnixTime(milliseconds: Int64(number) * 86_400_000)).number == number)
        #expect(UTCDay(of: UnixTime(milliseconds: Int64(number) * 86_400_000 + 86_399_999)).number == number)
    }

    @Test(
        "What is no day is refused",
        arguments: [
            "", "2026-02-29", "2026-13-01", "2026-00-10", "2026-11-31", "26-11-27", "2026-1-27", "2026-11-27T",
            "+026-11-27",
        ])
    func refused(text: String) {
        #expect(UTCDay(text) == nil)
    }
}
