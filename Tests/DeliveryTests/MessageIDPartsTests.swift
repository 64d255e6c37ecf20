import Delivery
import Testing

@Suite("The form of our Message-IDs")
struct MessageIDPartsTests {
    @Test(
        "a Message-ID of our form is taken apart, with or without brackets",
        arguments: [
            "7.42.x-1@example.org", "<7.42.x-1@example.org>", " <7.42.x-1@example.org> ", "007.42.x-1@[192.0.2.1]",
        ])
    func form(text: String) throws {
        let parts = try #require(MessageIDParts(parsing: text))
        #expect(parts.job == DeliveryJob.ID(mailing: MailingID(rawValue: 7), ordinal: 42))
        #expect(parts.mark == "x-1" && !parts.hasCode)
    }

    @Test(
        "any other has not our form",
        arguments: [
            "", "abc@example.org", "7.42@example.org", "7.42.x", "7.42.@example.org", "7.x.42@example.org", "7.42.x@",
            "7.42.x.y@example.org", "20261127.7.42.x@example.org", "4294967296.42.x@example.org", "+7.42.x@example.org",
            "-7.42.x@example.org", "٧.42.x@example.org", "7..x@example.org", "7.42.x@example.org@example.net",
        ])
    func foreign(text: String) {
        #expect(MessageIDParts(parsing: text) == nil)
    }

    @Test(
        "a code is told from a salt by its form alone",
        arguments: [
            ("abcdefghijklmnopqrstuvwx", true), ("ABCDEFGHIJKLMNOPQRST2347", true), ("abcdefghijklmnopqrstuvw", false),
            ("abcdefghijklmnopqrstuvwxy", false), ("abcdefghijklmnopqrstuvw1", false),
            ("abcdefghijklmnopqrstuvw-", false), ("abcdefghijklmnopqrstuvwü", false), ("5a1t5a1t", false),
        ])
    func code(mark: String, hasCode: Bool) throws {
        #expect(try #require(MessageIDParts(parsing: "7.42.\(mark)@example.org")).hasCode == hasCode)
    }
}
