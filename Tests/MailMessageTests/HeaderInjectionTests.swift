import Testing

@testable import MailMessage

@Suite("Fields cannot inject anything")
struct HeaderInjectionTests {
    static let nasty = [
        "Ann\r\nBcc: everybody@example.com",
        "Ann\nBcc: everybody@example.com",
        "Ann\rBcc: everybody@example.com",
        "Ann\r\n\r\n<script>alert(1)</script>",
        "\r\n.\r\nMAIL FROM:<x@example.com>\r\n",
        "Ann\u{0}\u{8}\u{1B}[31m\u{7F}",
        "Ann\u{85}Bcc: x\u{2028}Bcc: y\u{2029}Bcc: z",
        "é\r\nBcc: everybody@example.com",
        "=?UTF-8?Q?=0D=0ABcc:_x?=",
        "\" <evil@example.com>, \"",
        "\r\n--=_\r\nContent-Type: text/html\r\n\r\nevil",
        String(repeating: "Ann\r\n", count: 300),
        "\n",
        "\r\n ",
    ]

    static let headerNames = [
        "Date", "From", "To", "Message-ID", "Subject", "List-Unsubscribe", "Precedence", "MIME-Version",
        "Content-Type", "Content-Transfer-Encoding",
    ]

    static let template = MessageTemplate.sample(
        from: MailboxField(displayName: "{{name}} at Example", address: "survey@example.org"),
        subject: "For {{name}}", text: "Dear {{{name}}},\n\nbye\n",
        listUnsubscribe: "<https://example.org/u?{{name}}>")

    @Test("a field in a header stays in that header", arguments: nasty)
    func headers(value: String) throws {
        let bytes = try Self.template.rendered([value])
        let message = MIMEReader(bytes)
        #expect(message.headers.map(\.name) == Self.headerNames)
        #expect(message["From"]?.hasSuffix("<survey@example.org>") == true)
        let lines = try #require(bytes.lines)
        #expect(lines.allSatisfy { $0.count <= 998 && $0.allSatisfy { $0 >= 0x20 && $0 < 0x7F || $0 == 0x09 } })
    }

    @Test("a decoded subject holds no control character", arguments: nasty)
    func decodedSubject(value: String) throws {
        let subject = try #require(Self.template.read([value])["Subject"])
        let decoded = MIMEReader.decodeWords(subject)
        #expect(decoded.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
        #expect(decoded.hasPrefix("For"))
    }

    @Test("an address with control characters stays in the To header", arguments: nasty)
    func recipients(value: String) throws {
        let bytes = try Self.template.rendered(["Ann"], to: value + "@example.com")
        #expect(MIMEReader(bytes).headers.map(\.name) == Self.headerNames)
        #expect(bytes.lines != nil)
    }

    @Test("in a body line breaks are CRLF and other control characters are gone", arguments: nasty)
    func bodies(value: String) throws {
        let body = try Self.template.read([value]).decodedBody
        #expect(body == "Dear \(LineText.cleaned(value)),\n\nbye\n".replacing("\n", with: "\r\n"))
        #expect(
            body.unicodeScalars.allSatisfy {
                $0 == "\r" || $0 == "\n" || $0 == "\t" || $0.value >= 0x20 && $0.value != 0x7F
            })
    }

    @Test("a field that holds the boundary does not end its part")
    func boundary() throws {
        let template = MessageTemplate.sample(text: "Dear {{name}}\n", html: "<p>{{name}}</p>\n")
        let boundary = "=_" + template.version
        let value = "x\n--\(boundary)--\n--\(boundary)\nContent-Type: text/plain\n\nevil"
        let message = try template.read([value])
        #expect(message.parts.count == 2)
        #expect(message.parts.first?.decodedBody == "Dear \(value)\n".replacing("\n", with: "\r\n"))
        #expect(message.parts.last?.decodedBody == "<p>\(value)</p>\n".replacing("\n", with: "\r\n"))
    }

    @Test(
        "a boundary put together from template and field does not end a part either",
        arguments: [
            ("--={{a}}\n", ["_x"]), ("{{a}}_x\n", ["--="]), ("{{a}}{{b}}\n", ["--=", "_x"]), ("--={{a}}_x\n", [""]),
            ("{{a}}\n", ["--=_x"]), ("--=_x\n", []),
        ])
    func boundaryInPieces(text: String, fields: [String]) throws {
        let template = MessageTemplate.sample(text: text, html: "<p></p>\n")
        let message = try template.read(fields)
        #expect(message.parts.first?["Content-Transfer-Encoding"] == "quoted-printable")
        #expect(message.parts.first?.decodedBody == "--=_x\r\n")
        #expect(try template.rendered(fields, usesMustacheAlways: true) == template.rendered(fields))
    }

    @Test("HTML fields are escaped by bytes, so that no combining mark hides a quote")
    func html() throws {
        let template = MessageTemplate.sample(text: "{{name}}\n", html: "<a title=\"{{name}}\">{{{name}}}</a>\n")
        let value = "\"\u{301}<&>'"
        let parts = try template.read([value]).parts
        #expect(parts[0].decodedBody == value + "\r\n")
        #expect(parts[1].decodedBody == "<a title=\"&quot;\u{301}&lt;&amp;&gt;&#39;\">\(value)</a>\r\n")
    }
}
