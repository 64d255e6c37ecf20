import Delivery
import Foundation
import Testing

@Suite("Mailing options")
struct MailingOptionsTests {
    private func decoded(_ json: String) throws -> MailingOptions {
        try JSONDecoder().decode(MailingOptions.self, from: Data(json.utf8))
    }

    @Test("the standard is to send again, weight 1, no quota, at all hours; it is what an empty object says")
    func standard() throws {
        let options = try decoded("{}")
        #expect(options == .standard)
        #expect(options == (try MailingOptions()))
        #expect((options.inDoubt, options.weight, options.quotaPerHour, options.window) == (.resend, 1, nil, nil))
    }

    @Test("they are written and read as JSON with times as texts and days in the week's order")
    func json() throws {
        let from = try #require(TimeOfDay(parsing: "08:00"))
        let until = try #require(TimeOfDay(parsing: "20:30"))
        let options = try MailingOptions(
            inDoubt: .hold, weight: 3, quotaPerHour: 5000,
            window: SendingWindow(
                from: from, until: until, timeZone: "Europe/Berlin", weekdays: [.friday, .monday, .sunday]),
            requiresTLS: true)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(options)
        #expect(
            String(decoding: data, as: UTF8.self) == """
                {"inDoubt":"hold","quotaPerHour":5000,"requireTLS":true,"weight":3,"window":{"from":"08:00","timeZone":"Europe/Berlin",\
                "until":"20:30","weekdays":["mon","fri","sun"]}}
                """)
        #expect(try JSONDecoder().decode(MailingOptions.self, from: data) == options)
    }

    @Test(
        "a wrong key or value is an error that names the key",
        arguments: [
            (#"{"indoubt":"hold"}"#, "indoubt"), (#"{"inDoubt":"drop"}"#, "inDoubt"), (#"{"weight":0}"#, "weight"),
            (#"{"weight":1001}"#, "weight"), (#"{"quotaPerHour":0}"#, "quotaPerHour"),
            (#"{"quotaPerHour":1000000001}"#, "quotaPerHour"), (#"{"window":{}}"#, "window.from"),
            (#"{"window":{"from":"08:00"}}"#, "window.until"),
            (#"{"window":{"from":"08:00","until":"20:00"}}"#, "window.timeZone"),
            (#"{"window":{"from":"24:00","until":"20:00","timeZone":"UTC"}}"#, "window.from"),
            (#"{"window":{"from":"8:00","until":"20:00","timeZone":"UTC"}}"#, "window.from"),
            (#"{"window":{"from":"08:60","until":"20:00","timeZone":"UTC"}}"#, "window.from"),
            (#"{"window":{"from":"08:00","until":"24:01","timeZone":"UTC"}}"#, "window.until"),
            (#"{"window":{"from":"08:00","until":"08:00","timeZone":"UTC"}}"#, "window.until"),
            (#"{"window":{"from":"08:00","until":"20:00","timeZone":"Europe/Atlantis"}}"#, "window.timeZone"),
            (#"{"window":{"from":"08:00","until":"20:00","timeZone":"UTC","weekdays":["Mon"]}}"#, "window.weekdays"),
            (#"{"window":{"from":"08:00","until":"20:00","timeZone":"UTC","weekdays":[]}}"#, "window.weekdays"),
            (#"{"window":{"from":"08:00","until":"20:00","timeZone":"UTC","days":[]}}"#, "window.days"),
        ])
    func wrongKeys(json: String, key: String) {
        let error = #expect(throws: MailingOptionsError.self) { try decoded(json) }
        #expect(error?.key == key)
        #expect(error?.description.contains(key) == true)
    }

    @Test("a kind of hold has its reason and its name, and is written by the name")
    func holdKinds() throws {
        #expect(HoldKind.allCases.map(\.rawValue) == [1, 2])
        for kind in HoldKind.allCases { #expect(HoldKind(reason: kind.reason) == kind) }
        #expect(HoldKind(reason: .inDoubt) == nil)
        #expect(HoldKind(reason: .resentByOwner) == nil)
        let data = try JSONEncoder().encode(HoldKind.allCases)
        #expect(String(decoding: data, as: UTF8.self) == #"["in_doubt","dead"]"#)
        #expect(try JSONDecoder().decode([HoldKind].self, from: data) == HoldKind.allCases)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([HoldKind].self, from: Data(#"["doubtful"]"#.utf8))
        }
    }
}
