import Foundation
import Testing

@testable import MailMessage

@Suite("Looking a campaign over")
struct LintTests {
    /// A template in which there is nothing to mend.
    static var sound: MessageTemplate {
        var template = MessageTemplate.sample(
            subject: "Your opinion, {{name}}",
            text: "Dear {{name}},\nhttps://example.org/s\nLeave: {{unsubscribeLink}}\n",
            html: "<p>Dear {{name}},<br><a href=\"{{unsubscribeLink}}\">leave</a></p>\n")
        var options = MessageOptions()
        options.unsubscribeURL = "https://example.org/u"
        template.options = options
        return template
    }

    static let zone = """
        example.org. IN TXT "v=spf1 ip4:192.0.2.1 -all"
        _dmarc.example.org. IN TXT "v=DMARC1; p=none"
        """

    /// Records that can be found out by nobody.
    struct Unreachable: TextRecords {
        func txt(_ name: String) async throws -> [String] { throw TextRecordsError("no server answers") }
    }

    private func rules(
        _ template: MessageTemplate, zone: String = zone, selectors: [String] = ["e1"],
        records: (any TextRecords)? = nil
    ) async throws -> [String] {
        let key = DKIMKeyRecord.zoneLine(of: try DKIMSamples.ed25519.get(), selector: "e1", domain: "example.org")
        let zone = try ZoneFile(parsing: "\(zone)\n\(key)\n")
        return try await MessageLint(
            template, knownFields: ["name"], selectors: selectors, records: records ?? zone
        ).findings().map { "\($0.severity.rawValue) \($0.rule) \($0.place)" }
    }

    private func changed(_ change: (inout MessageTemplate) -> Void) -> MessageTemplate {
        var template = Self.sound
        change(&template)
        return template
    }

    @Test("of a sound campaign nothing is said")
    func sound() async throws {
        #expect(try await rules(Self.sound) == [])
    }

    @Test(
        "a doubtful subject is found",
        arguments: [
            (" ", "error subject-empty subject"), ("RE: your order", "error subject-pretends subject"),
            ("FREE POINTS FOR YOU", "warning subject-capitals subject"), ("Now!!", "warning subject-shouting subject"),
            (String(repeating: "long ", count: 20), "warning subject-long subject"),
        ])
    func subject(text: String, expected: String) async throws {
        #expect(try await rules(changed { $0.subject = text }) == [expected])
    }

    @Test(
        "broken HTML is found, with its line",
        arguments: [
            ("<p>\n<a href=\"x>unsubscribe", "error html-broken html, line 2"),
            ("<p>unsubscribe<b", "error html-broken html, line 1"),
            ("unsubscribe <!-- no end", "error html-broken html, line 1"),
            ("<div>unsubscribe\n", "warning html-unclosed html, line 1"),
            ("unsubscribe\n</div>", "warning html-mismatch html, line 2"),
            ("<b><i>unsubscribe</b></i>", "warning html-mismatch html, line 1"),
            ("<img src=x>unsubscribe", "warning image-without-text html, line 1"),
            ("<script>if (a < b) {}</script>unsubscribe", "warning html-unsupported html, line 1"),
        ])
    func html(text: String, expected: String) async throws {
        #expect(try await rules(changed { $0.html = text }).first == expected)
    }

    @Test(
        "sound HTML passes",
        arguments: [
            "<ul><li>one<li>unsubscribe</ul>", "<!DOCTYPE html><html><body><p>unsubscribe<br/>a < b</body></html>",
            "<style>a > b { color: red }</style><img alt='x > y' src=\"a\">unsubscribe",
            "<table><tr><td>unsubscribe<tr><td>2</table>", "{{#name}}<b>{{name}}</b>{{/name}} unsubscribe <!-- <b> -->",
        ])
    func soundHTML(text: String) async throws {
        #expect(try await rules(changed { $0.html = text }) == [])
    }

    @Test("a message without a way to leave the list is an error, one that hides it is doubtful")
    func unsubscribing() async throws {
        let none = changed {
            $0.options = nil
            $0.text = "Hello\n"
            $0.html = nil
        }
        #expect(try await rules(none) == ["error unsubscribe-missing header"])
        #expect(try await rules(changed { $0.text = "Hello\n" }) == ["warning unsubscribe-hidden text"])
    }

    @Test("tracking that has nothing to tell by is found")
    func tracking() async throws {
        let tracked = changed {
            $0.options?.trackingURL = "https://news.example.org"
            $0.options?.trackOpens = true
        }
        #expect(try await rules(tracked) == [])
        var text = tracked
        text.html = nil
        #expect(try await rules(text) == ["warning tracking-without-html template"])
    }

    @Test("fields that nobody has, files that are missing and links without TLS are found")
    func contents() async throws {
        #expect(try await rules(changed { $0.subject = "{{nmae}}" }) == ["error unknown-field template"])
        #expect(try await rules(changed { $0.text = " \n" }).first == "error text-missing text")
        #expect(
            try await rules(changed { $0.text += "\nsee http://example.org\n" }) == [
                "warning link-without-tls text, line 5"
            ])
        #expect(
            try await rules(changed { $0.html = "<img alt='' src='cid:a.png'>unsubscribe" }) == [
                "error inline-missing html"
            ])
        #expect(
            try await rules(
                changed {
                    $0.attachments = [.init(name: "b.png", type: "image/png", isInline: true, content: .init())]
                }) == ["warning inline-unused file b.png"])
    }

    @Test("size is judged by the message as it is sent")
    func size() async throws {
        let file = MessageAttachment(
            name: "a.bin", type: "application/zip", isInline: false, content: .init(count: 800_000))
        #expect(try await rules(changed { $0.attachments = [file] }) == ["warning size-large message"])
        let large = MessageAttachment(
            name: "a.bin", type: "application/zip", isInline: false, content: .init(count: 7_600_000))
        #expect(try await rules(changed { $0.attachments = [large] }) == ["error size-refused message"])
        let html = "<p>unsubscribe" + String(repeating: "<p>text", count: 20_000)
        #expect(try await rules(changed { $0.html = html }).contains("warning html-clipped html"))
    }

    @Test(
        "a sender's domain without its records is found",
        arguments: [
            ("", ["error spf-missing domain example.org", "error dmarc-missing domain example.org"]),
            (
                "example.org. IN TXT \"v=spf1 -all\"\nexample.org. IN TXT \"v=spf1 mx -all\"\n_dmarc.example.org. IN TXT \"v=DMARC1; p=none\"",
                ["error spf-several domain example.org"]
            ),
            (
                "example.org. IN TXT \"v=spf1 +all\"\n_dmarc.example.org. IN TXT \"v=DMARC1\"",
                ["error spf-open domain example.org", "error dmarc-malformed domain example.org"]
            ),
        ])
    func records(zone: String, expected: [String]) async throws {
        #expect(try await rules(Self.sound, zone: zone) == expected)
    }

    @Test("the return path's domain needs the SPF record, and the key record must be one")
    func returnPath() async throws {
        let template = changed { $0.options?.bounceDomain = "bounces.example.org" }
        #expect(try await rules(template) == ["error spf-missing domain bounces.example.org"])
        #expect(
            try await rules(Self.sound, selectors: ["e1", "gone"]) == [
                "error dkim-missing domain gone._domainkey.example.org"
            ])
        let revoked = Self.zone + "\nold._domainkey.example.org. IN TXT \"v=DKIM1; p=\""
        #expect(
            try await rules(Self.sound, zone: revoked, selectors: ["old"]) == [
                "error dkim-unusable domain old._domainkey.example.org"
            ])
        #expect(try await rules(Self.sound, selectors: []) == ["note dkim-not-checked domain example.org"])
    }

    @Test("what cannot be looked up is said, and is no error")
    func unreachable() async throws {
        let found = try await rules(Self.sound, records: Unreachable())
        #expect(found.count == 3 && found.allSatisfy { $0.hasPrefix("note ") }, "\(found)")
        let none = try await MessageLint(Self.sound, knownFields: nil, records: nil).findings()
        #expect(none.map(\.rule) == ["dns-not-checked"])
    }
}
