import Foundation
import Testing

@testable import Contacts

@Suite("Merge fields")
struct MergeFieldsTests {
    private func object(_ fields: [(String, String)]) -> String {
        var json: [UInt8] = [UInt8(ascii: "{")]
        for (index, field) in fields.enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            MergeFields.appendLiteral(field.0.utf8, to: &json)
            json.append(UInt8(ascii: ":"))
            MergeFields.appendLiteral(field.1.utf8, to: &json)
        }
        json.append(UInt8(ascii: "}"))
        return String(decoding: json, as: UTF8.self)
    }

    @Test(
        "what is written is JSON and comes back the same",
        arguments: [
            "", "Ada", "a \"quoted\" word", "back\\slash", "tab\tand\nline\r", "\u{1}\u{1F}", "Zoë 日本 🎈", "{\"a\":1}",
        ])
    func roundTrip(value: String) throws {
        let json = object([("name", value), (value + "x", "other")])
        #expect(MergeFields.dictionary(of: json) == ["name": value, value + "x": "other"])
        let decoded = try JSONDecoder().decode([String: String].self, from: Data(json.utf8))
        #expect(decoded == ["name": value, value + "x": "other"])
        let array = MergeFields.array(of: [value, "b"])
        #expect(try JSONDecoder().decode([String].self, from: Data(array.utf8)) == [value, "b"])
        #expect(MergeFields.texts(ofArray: array) == [value, "b"])
    }

    @Test("escapes that others write are understood")
    func escapes() {
        let json = #"{"a":"\b\f\n\r\t\/\\\"","\u0062":"\u00e9\ud83c\udf88"}"#
        #expect(MergeFields.dictionary(of: json) == ["a": "\u{8}\u{C}\n\r\t/\\\"", "b": "é🎈"])
    }

    @Test("values come in the order asked for; a missing one is empty, email is the address")
    func selection() {
        var json = object([("name", "Ada \"A.\""), ("city", "Zürich"), ("n\"q", "x")])
        let names = ["city", "nothing", "name", "Email", "n\"q"]
        let values = json.withUTF8 { MergeFields.Selection(names: names).values(in: $0, address: "a@b.c") }
        #expect(values == ["Zürich", "", "Ada \"A.\"", "a@b.c", "x"])
        #expect(json.withUTF8 { MergeFields.Selection(names: []).values(in: $0, address: "a@b.c") } == [])
    }
}
