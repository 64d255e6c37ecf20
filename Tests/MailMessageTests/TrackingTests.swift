import Delivery
import Testing

@testable import MailMessage

@Suite("Opens and clicks in messages")
struct TrackingTests {
    private static let key = MessageOptionsTests.key

    private static func template(_ html: String, _ change: (inout MessageOptions) -> Void = { _ in }) -> MessageTemplate
    {
        var options = MessageOptions()
        options.trackingURL = "https://news.example.org"
        options.trackOpens = true
        options.trackClicks = true
        change(&options)
        var template = MessageTemplate.sample(text: "https://example.org/?n={{name}}\n", html: html)
        template.options = options
        return template
    }

    /// The decoded text and HTML for one contact.
    private static func render(
        _ template: MessageTemplate, fields: [String], usesMustacheAlways: Bool = false
    ) throws -> (text: String, html: String) {
        var buffer = MessageBuffer()
        let message = try CompiledMessage(template, tokenKey: key.get(), usesMustacheAlways: usesMustacheAlways)
        message.render(to: "ann@example.com", fields: fields, job: sampleJob, date: sampleDate, into: &buffer)
        let parts = MIMEReader(buffer.withUnsafeBytes(Array.init)).parts
        return (parts[0].decodedBody, parts[1].decodedBody)
    }

    private static func click(_ index: Int) throws -> String {
        "https://news.example.org/c/\(try key.get().text(ContactToken(.click, job: sampleJob)))/\(index)"
    }

    @Test("links go by their number, the picture comes last, and the text stays as it is")
    func rewriting() throws {
        let template = Self.template(
            "<body><a href=\"https://example.org/?n={{name}}&amp;x=1\">one</a><A HREF='http://b.example'>two</A></BODY>\n"
        )
        let open = "https://news.example.org/o/" + (try Self.key.get().text(ContactToken(.open, job: sampleJob)))
        let (text, html) = try Self.render(template, fields: ["Ann"])
        #expect(text == "https://example.org/?n=Ann\r\n")
        #expect(
            html == "<body><a href=\"\(try Self.click(0))\">one</a><A HREF='\(try Self.click(1))'>two</A>"
                + "<img src=\"\(open)\" width=\"1\" height=\"1\" alt=\"\" style=\"border:0\"></BODY>\r\n")
        #expect(try Self.render(template, fields: ["Ann"], usesMustacheAlways: true).html == html)
        #expect(try CompiledMessage(template).fieldNames == ["name"])
    }

    @Test(
        "what must lead where it leads, or has its host from a contact, stays as it is",
        arguments: [
            "<a href=\"{{unsubscribeLink}}\">x</a>", "<a href=\"https://example.org/{{unsubscribeLink}}\">x</a>",
            "<a href=\"https://example.org/u/abc\">x</a>", "<a href=\"mailto:a@example.org\">x</a>",
            "<a href=\"https://{{host}}/x\">x</a>", "<a href=\"https://example.org{{rest}}\">x</a>",
            "<a href=\"{{link}}\">x</a>", "<a href=\"#top\">x</a>", "<!-- <a href=\"https://a.example/\"> -->",
            "{{! <a href=\"https://a.example/\"> }}<p>x</p>", "<style>a[href=\"https://a.example/\"]{}</style>",
            "<link href=\"https://a.example/s.css\">", "<a title=\"https://a.example/\">x</a>",
            "{{#code}}<a href=\"https://a.example/{{.}}\">x</a>{{/code}}", "<a href=\"https://\\{{host}}/\">x</a>",
            "<a href=\"https://a.example/",
            "<a href=\"https://a.example/?a=1&#38b=2\">x</a>",
            "<a href=\"https://a.example/?a=1&#x0000000026;b=2\">x</a>",
            "<a href=\"https://a.example/&#150;\">x</a>", "<a href=\"https://a.example/&hearts;\">x</a>",
            "<a href=\"https://a.example/&Eacute;\">x</a>", "<a href=\"https://a.example/&nbsp;x\">x</a>",
            "<a href=\"https://a.example/&#123;{host}}\">x</a>", "<a href=\"https://a.example/&#13;&#10;x\">x</a>",
        ])
    func untouched(html: String) throws {
        let template = Self.template(html) {
            $0.trackOpens = nil
            $0.unsubscribeURL = "https://example.org/u"
        }
        let tracked = try #require(try TrackedHTML(template))
        #expect(tracked.targets == [])
        #expect(tracked.html == html)
    }

    @Test(
        "a click leads to what the owner wrote, with the contact's fields in it and nothing that a header could not hold"
    )
    func targets() throws {
        let template = Self.template(
            """
            <a href="https://example.org/{{city}}?n={{name}}&amp;m={{email}}">one</a>
            <a href=" {{surveyLink}} ">two</a>
            <a href=https://b.example/{{#name}}known{{/name}}{{^name}}unknown{{/name}}>three</a>
            """
        ) { $0.surveyURL = "https://survey.example/s?t=" }
        let targets = try LinkTargets(template, key: Self.key.get())
        func address(_ index: Int, _ fields: [String: String]) -> String? {
            targets.address(ofLink: index, for: sampleJob, contact: "ann@example.com", fields: fields)
        }
        #expect(targets.count == 3)
        #expect(
            address(0, ["city": "Rio é\r\nSet-Cookie: x", "name": "a<b>&c=%41"])
                == "https://example.org/Rio%20%C3%A9Set-Cookie:%20x?n=a%3Cb%3E&c=%41&m=ann@example.com")
        let survey = "https://survey.example/s?t=" + (try Self.key.get().text(ContactToken(.survey, job: sampleJob)))
        #expect(address(1, [:]) == survey)
        #expect(address(2, ["name": "Ann"]) == "https://b.example/known")
        #expect(address(2, [:]) == "https://b.example/unknown")
        #expect(address(3, [:]) == nil && address(-1, [:]) == nil)
        let (_, html) = try Self.render(template, fields: ["Ann", "Rome"])
        for index in 0..<3 { #expect(html.contains(try Self.click(index))) }
        #expect(!html.contains("survey.example"))
    }

    @Test(
        "however HTML writes a character of an address, the click leads where the link led",
        arguments: [
            ("?a=1&amp;b=2", "?a=1&b=2"), ("?a=1&#38;b=2", "?a=1&b=2"), ("?a=1&#038;b=2", "?a=1&b=2"),
            ("?a=1&#x26;b=2", "?a=1&b=2"), ("?a=1&#X26;b=2", "?a=1&b=2"), ("?a=1&b=2", "?a=1&b=2"),
            ("?a=1&amp;amp;b=2", "?a=1&amp;b=2"), ("?a=1&#38;lt;", "?a=1&lt;"), ("?a=&quot;&apos;&#39;", "?a=\"''"),
            ("&eacute;&#xe9;", "éé"), ("?a=1&b", "?a=1&b"), ("?a=1&;&&=", "?a=1&;&&="), ("?a&b=;c", "?a&b=;c"),
            ("?a&#top;", "?a&#top;"), ("?a&#+38;", "?a&#+38;"),
        ])
    func characters(written: String, meant: String) throws {
        let tracked = try #require(try TrackedHTML(Self.template("<a href='https://example.org/\(written)'>x</a>")))
        #expect(tracked.targets == ["https://example.org/\(meant)"])
    }

    @Test("without either nothing of the message changes, and it has the version that it had")
    func off() throws {
        let html = "<body><a href=\"https://example.org/\">x</a></body>\n"
        let plain = Self.template(html) {
            $0.trackOpens = nil
            $0.trackClicks = nil
            $0.trackingURL = nil
        }
        #expect(try Self.render(plain, fields: ["Ann"]).html == html.replacing("\n", with: "\r\n"))
        #expect(Self.template(html).version != plain.version)
        var bare = plain
        bare.options = MessageOptions()
        #expect(bare.version == plain.version)
        #expect(plain.options?.needsTokens == false && Self.template(html).options?.needsTokens == true)
    }

    @Test("tracking needs an address, and refuses what it cannot put anything into")
    func refused() {
        for url in [nil, "news.example.org", "https://news.example.org/?t=", "ftp://news.example.org"] {
            let options = Self.template("") { $0.trackingURL = url }.options
            #expect(throws: MessageTemplateError.self, "\(url ?? "none")") { try options?.check() }
        }
        let error = #expect(throws: MessageTemplateError.self) {
            try CompiledMessage(Self.template("{{=<% %>=}}<a href=\"https://example.org/\"><% name %></a>"))
        }
        #expect(error?.part == .html && error?.code == .unsupported)
    }

    @Test("with a bounce domain, an address to write to stands beside the link to unsubscribe")
    func mailto() throws {
        var template = Self.template("<p>x</p>") {
            $0.unsubscribeURL = "https://example.org/u"
            $0.bounceDomain = "bounces.example.org"
        }
        template.html = nil
        var buffer = MessageBuffer()
        let keys = try TokenKeys([Self.key.get()])
        let message = try CompiledMessage(template, tokenKey: keys.current)
        message.render(to: "ann@example.com", fields: ["Ann"], job: sampleJob, date: sampleDate, into: &buffer)
        let header = try #require(MIMEReader(buffer.withUnsafeBytes(Array.init))["List-Unsubscribe"])
        let token = keys.current.text(ContactToken(.unsubscribe, job: sampleJob))
        #expect(
            header == "<https://example.org/u/\(token)>, <mailto:u-\(token)@bounces.example.org?subject=unsubscribe>")
        #expect(UnsubscribeAddress.job(ofLocalPart: "U-\(token.uppercased())", keys: keys) == sampleJob)
        let other = keys.current.text(ContactToken(.bounce, job: sampleJob))
        #expect(UnsubscribeAddress.job(ofLocalPart: "u-\(other)", keys: keys) == nil)
        #expect(UnsubscribeAddress.job(ofLocalPart: "b-\(token)", keys: keys) == nil)
    }

    @Test("leaving the list is one event whatever the way, and another contact's is another")
    func event() {
        let first = InboundEvent.unsubscribe(sampleJob, at: sampleDate, by: "page")
        let second = InboundEvent.unsubscribe(sampleJob, at: UnixTime(milliseconds: 0), by: "mail")
        let neighbour = DeliveryJob.ID(mailing: sampleJob.mailing, ordinal: sampleJob.ordinal - 1)
        #expect(first.id == second.id)
        #expect(InboundEvent.unsubscribe(neighbour, at: sampleDate, by: "page").id != first.id)
        #expect(first.classification == Classification(outcome: .unsubscribed, reason: .optOut, rule: "U1"))
    }
}
