import Testing

@testable import MailMessage

@Suite("Prepared messages equal those rendered from scratch")
struct FastPathTests {
    static let literals = [
        "Dear ", "\n", "\n\n", "é", "調査", "=", "_", "=_", ".", "From ", " ", "\t", "<b>", "&", "\r\n", "x=y ", "\u{1}",
        "A line of plain text that goes on for a while, as lines in messages do, and is longer than 76 characters.\n",
        "Une ligne accentuée, qui est plus longue que soixante-seize caractères, pour les retours « mous ».\n",
        String(repeating: "long", count: 240), "{{! comment }}", "\n  {{! alone }}  \n",
        "{{=<% %>=}}<% a %><%={{ }}=%>",
        "Приглашаем вас принять участие в опросе\n", "{", "}", "}}", "\u{301}",
    ]
    static let variables = ["{{a}}", "{{{a}}}", "{{&b}}", "{{ b }}", "{{c}}", "{{email}}", "{{{ d }}}"]
    static let values = [
        "", "", "Ann", "Renée", "<a href=\"x\">&'", "x\ny", "x\r\ny\rz", "\r", "\n", "=", "_", "=_", ".", " ", "\u{0}",
        "\t",
        "From ", "調査のお願い", String(repeating: "w", count: 80), String(repeating: "é", count: 600),
        String(repeating: "word ", count: 200), "\u{301}", "{{a}}", "\u{1}<1\u{2}", "😀",
    ]

    struct Maker {
        var generator: SeededGenerator

        mutating func pick(_ choices: [String]) -> String {
            choices[Int.random(in: 0..<choices.count, using: &generator)]
        }

        mutating func source(sections: Int) -> String {
            var source = ""
            for _ in 0..<Int.random(in: 0..<12, using: &generator) {
                switch Int.random(in: 0..<10, using: &generator) {
                case 0..<5: source += pick(literals)
                case 5..<8: source += pick(variables)
                default:
                    guard sections > 0 else { continue }
                    let name = pick(["a", "b", "c", "d", "email", "empty(a)", "empty(d)"])
                    let space = pick(["", "", "\n", " "])
                    source += space + pick(["{{#", "{{^"]) + name + "}}" + space
                    source += self.source(sections: sections - 1) + "{{/" + name + "}}" + space
                }
            }
            // The Mustache library takes no brace right before a tag or the end.
            return source.replacing("{{{{", with: "{ {{").replacing("}}}}", with: "}} }") + "."
        }

        mutating func value() -> String { pick(values) + pick(["", "", pick(values)]) }
    }

    @Test("in every byte, for random templates and fields", arguments: 0..<8 as Range<UInt64>)
    func equivalence(seed: UInt64) throws {
        var maker = Maker(generator: SeededGenerator(seed: seed))
        var compiled = 0
        for _ in 0..<20 {
            let sections = Int.random(in: 0...2, using: &maker.generator)
            let template = MessageTemplate.sample(
                from: MailboxField(displayName: maker.source(sections: 0), address: "a@example.org"),
                subject: maker.source(sections: sections), text: maker.source(sections: sections),
                html: Bool.random(using: &maker.generator) ? maker.source(sections: sections) : nil)
            // A random source may hold a mistake; then both refuse it.
            guard let prepared = try? CompiledMessage(template) else {
                #expect(throws: MessageTemplateError.self) { try CompiledMessage(template, usesMustacheAlways: true) }
                continue
            }
            compiled += 1
            let plain = try CompiledMessage(template, usesMustacheAlways: true)
            let parts = try parts(of: template)
            var first = MessageBuffer(capacity: 1)
            var second = MessageBuffer(capacity: 1)
            for _ in 0..<5 {
                let fields = prepared.fieldNames.map { _ in maker.value() }
                // What stands for an address is short, as addresses are.
                let address = maker.pick(Self.values.filter { $0.utf8.count < 200 })
                first.removeAll()
                second.removeAll()
                prepared.render(to: address, fields: fields, job: sampleJob, date: sampleDate, into: &first)
                plain.render(to: address, fields: fields, job: sampleJob, date: sampleDate, into: &second)
                let bytes = first.withUnsafeBytes(Array.init)
                let same = bytes == second.withUnsafeBytes(Array.init)
                #expect(same, "template \(template), fields \(fields)")
                try checkDecoded(bytes, parts, MergeValues(address: address, fields: fields))
            }
        }
        #expect(compiled > 4)
    }

    /// The text and HTML of a template, numbering its fields as the compiled message does.
    private func parts(of template: MessageTemplate) throws -> [TemplatePart] {
        var slots = MergeFieldSlots()
        _ = try TemplatePart(template.subject, part: .subject, escaping: .none, fields: &slots)
        let text = try TemplatePart(template.text + "\n", part: .text, escaping: .none, fields: &slots)
        guard let html = template.html else { return [text] }
        return try [text, TemplatePart(html + "\n", part: .html, escaping: .html, fields: &slots)]
    }

    /// The message has nothing but short lines, and its parts decode to what the Mustache library renders.
    private func checkDecoded(_ bytes: [UInt8], _ parts: [TemplatePart], _ values: MergeValues) throws {
        let message = MIMEReader(bytes)
        let bodies = parts.count == 1 ? [message] : message.parts
        #expect(bodies.count == parts.count)
        for (body, part) in zip(bodies, parts) {
            var text = part.render(values, cleaning: .lines)
            if text.utf8.last != 0x0A { text += "\n" }
            #expect(Array(body.decodedBody.utf8) == Array(text.replacingLineFeeds.utf8))
        }
        let lines = try #require(bytes.lines)
        #expect(lines.allSatisfy { $0.count <= 998 })
    }

    @Test(
        "templates with plain fields and up to four conditions are prepared, others are not",
        arguments: [
            ("{{a}} {{{b}}} {{! c }}", 1), ("{{#a}}{{b}}{{/a}}", 2),
            ("{{#a}}{{/a}}{{^b}}{{/b}}{{#empty(c)}}{{/empty(c)}}", 8),
            ("{{#a}}{{/a}}{{#b}}{{/b}}{{#c}}{{/c}}{{#d}}{{/d}}", 16),
            ("{{#a}}{{/a}}{{#b}}{{/b}}{{#c}}{{/c}}{{#d}}{{/d}}{{#e}}{{/e}}", nil), ("{{uppercased(a)}}", nil),
        ] as [(String, Int?)])
    func prepares(source: String, variants: Int?) throws {
        var slots = MergeFieldSlots()
        let part = try TemplatePart(source, part: .text, escaping: .none, fields: &slots)
        #expect(part.variants()?.count == variants)
    }
}

extension String {
    /// The text with CRLF for LF; by bytes, as a CR before an LF would be one character with it.
    fileprivate var replacingLineFeeds: String {
        String(decoding: utf8.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }, as: UTF8.self)
    }
}
