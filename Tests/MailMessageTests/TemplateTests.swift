import Testing

@testable import MailMessage

@Suite("Templates")
struct TemplateTests {
    @Test("the fields are named in the order of their first use, and the address is not among them")
    func fieldNames() throws {
        let template = MessageTemplate.sample(
            from: MailboxField(displayName: "{{team}}", address: "a@example.org"), subject: "{{b}} {{email}}",
            text: "{{#a}}{{c}}{{.}}{{/a}}{{^d}}{{{b}}}{{/d}}",
            html: "{{& e}}{{! not_me }}{{=<% %>=}}<% f %><%={{ }}=%>{{g}}",
            listUnsubscribe: "<{{token}}>")
        #expect(try template.fieldNames() == ["b", "a", "c", "d", "e", "f", "g", "team", "token"])
    }

    @Test("delimiters set inside a section end with it")
    func delimitersInSection() throws {
        let template = MessageTemplate.sample(text: "{{#a}}{{=<% %>=}}<%b%><%/a%>{{c}}\n")
        #expect(try template.fieldNames() == ["a", "b", "c"])
        #expect(try template.read(["1", "2", "3"]).decodedBody == "23\r\n")
    }

    static let renderings: [(String, [String], String)] = [
        ("Dear {{name}}!", ["Ann"], "Dear Ann!\r\n"),
        ("Dear {{name}}!", ["<Ann & \"Bob\">"], "Dear <Ann & \"Bob\">!\r\n"),
        ("{{email}}", [], "ann@example.com\r\n"),
        ("{{a}}{{b}}", ["x"], "x\r\n"),
        ("{{#a}}yes {{.}} {{b}}{{/a}}{{^a}}no{{/a}}", ["1", "2"], "yes 1 2\r\n"),
        ("{{#a}}yes {{.}} {{b}}{{/a}}{{^a}}no{{/a}}", ["", "2"], "no\r\n"),
        ("x\n{{#a}}\nline\n{{/a}}\ny\n", ["1"], "x\r\nline\r\ny\r\n"),
        ("x\n{{#a}}\nline\n{{/a}}\ny\n", [""], "x\r\ny\r\n"),
        ("  {{! a comment }}\n  {{a}}\n", ["1"], "  1\r\n"),
        ("{{#a}}\nfirst\n{{/a}}\n", ["1"], "first\r\n"),
        ("{{#empty(a)}}empty{{/empty(a)}}{{^empty(a)}}full{{/empty(a)}}", [""], "empty\r\n"),
        ("{{#empty(a)}}empty{{/empty(a)}}{{^empty(a)}}full{{/empty(a)}}", ["x"], "full\r\n"),
        ("{{uppercased(a)}} {{lowercased(a)}} {{reversed(uppercased(a))}}", ["aBc"], "ABC abc CBA\r\n"),
        ("{{#a}}{{#b}}{{#c}}{{#d}}{{#e}}all{{/e}}{{/d}}{{/c}}{{/b}}{{/a}}", ["1", "2", "3", "4", "5"], "all\r\n"),
        ("{{#a}}{{#b}}{{#c}}{{#d}}{{#e}}all{{/e}}{{/d}}{{/c}}{{/b}}{{/a}}", ["1", "2", "", "4", "5"], "\r\n"),
        ("a\r\nb\rc\nd", [], "a\r\nb\r\nc\r\nd\r\n"),
        ("{{a}}", ["1\r\n2\n3\r4\u{0}\u{B}5\t6"], "1\r\n2\r\n3\r\n45\t6\r\n"),
        ("", [], "\r\n"),
    ]

    @Test("a text is rendered as Mustache says, an empty field counting as absent", arguments: renderings)
    func renders(text: String, fields: [String], expected: String) throws {
        #expect(try MessageTemplate.sample(text: text).read(fields).decodedBody == expected)
    }

    @Test("in a subject nothing is HTML-escaped")
    func subject() throws {
        let template = MessageTemplate.sample(subject: "{{name}} & {{{name}}}{{#x}} {{x}}{{/x}}")
        #expect(try template.read(["<Q&A>"])["Subject"] == "<Q&A> & <Q&A>")
    }

    static let mistakes: [(String, Int, String)] = [
        ("Dear {{name", 1, "never ends"),
        ("\nDear {{#name}}x", 2, "“name” is never closed"),
        ("{{#a}}\n\n{{/b}}", 3, "“a” of line 1 is still open"),
        ("{{/b}}", 1, "not opened"),
        ("{{first name}}", 1, "“first name” is no field name"),
        ("{{prénom}}", 1, "is no field name"),
        ("{{}}", 1, "names no field"),
        ("x {{{a}} y", 1, "three"),
        ("{{> part}}", 1, "partials"),
        ("{{<base}}{{/base}}", 1, "inheritance"),
        ("{{% CONTENT_TYPE:HTML}}", 1, "pragmas"),
        ("{{contact.name}}", 1, "dotted"),
        ("{{.}}", 1, "there is none"),
        ("{{^a}}{{.}}{{/a}}", 1, "there is none"),
        ("{{shout(a)}}", 1, "“shout” is not a transform"),
        ("{{uppercased(a}}", 1, "parentheses"),
        ("{{=<%=}}", 1, "set-delimiter"),
        ("{{\nname}}", 1, "ends at once"),
        ("a\nb\nc {{", 3, "ends at once"),
    ]

    @Test("a mistake is named with its part and line", arguments: mistakes)
    func refuses(source: String, line: Int, explanation: String) throws {
        let error = try #require(throws: MessageTemplateError.self) {
            _ = try CompiledMessage(.sample(text: source))
        }
        #expect(error.part == .text)
        #expect(error.line == line)
        #expect(error.message.contains(explanation), "\(error)")
    }

    @Test("each part is named")
    func namesParts() throws {
        let bad = "{{#a}}"
        let templates: [(MessageTemplate, MessageTemplateError.Part)] = [
            (.sample(subject: bad), .subject),
            (.sample(html: bad), .html),
            (.sample(from: MailboxField(displayName: bad, address: "a@b.example")), .fromName),
            (.sample(listUnsubscribe: bad), .listUnsubscribe),
        ]
        for (template, part) in templates {
            let error = try #require(throws: MessageTemplateError.self) { _ = try CompiledMessage(template) }
            #expect(error.part == part)
            #expect(error.description.hasPrefix("template \(part.rawValue), line 1: "))
        }
    }

    @Test(
        "an address that would break its header is refused",
        arguments: [
            "", "nobody", "@example.org", "a@", "a b@example.org", "a@example.org>\r\nBcc: x", "a@b, c@d", "\"a\"@b c",
        ])
    func refusesAddresses(address: String) throws {
        let from = try #require(throws: MessageTemplateError.self) {
            _ = try CompiledMessage(.sample(from: MailboxField(address: address)))
        }
        #expect(from.part == .fromAddress)
        let replyTo = try #require(throws: MessageTemplateError.self) {
            _ = try CompiledMessage(.sample(replyTo: MailboxField(address: address)))
        }
        #expect(replyTo.part == .replyTo)
    }

    @Test("a Message-ID's domain must be ASCII and its salt plain")
    func refusesMessageIDs() throws {
        var template = MessageTemplate.sample(from: MailboxField(address: "a@bücher.example"))
        #expect(
            try #require(throws: MessageTemplateError.self) { _ = try CompiledMessage(template) }.part == .messageID)
        template.messageIDDomain = "xn--bcher-kva.example"
        #expect(throws: Never.self) { _ = try CompiledMessage(template) }
        template.messageIDSalt = "a@b"
        #expect(
            try #require(throws: MessageTemplateError.self) { _ = try CompiledMessage(template) }.part == .messageID)
    }

    @Test("the version follows the content, all of it, and nothing else")
    func version() {
        let template = MessageTemplate.sample()
        #expect(template.version == MessageTemplate.sample().version)
        #expect(template.version.utf8.count == 32)
        var changed = template
        changed.html = ""
        var shifted = template
        shifted.subject += "H"
        shifted.text.removeFirst()
        var renamed = template
        renamed.from.displayName = nil
        var salted = template
        salted.messageIDSalt = "other"
        #expect(Set([template, changed, shifted, renamed, salted].map(\.version)).count == 5)
        // Fixed for ever: workers of different builds compare it.
        #expect(template.version == "01a3c9f8b349e56ef37a618858eff1d3")
    }
}
