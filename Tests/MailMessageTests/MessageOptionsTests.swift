import Delivery
import Foundation
import TestSupport
import Testing

@testable import MailMessage

@Suite("Links, list headers, files")
struct MessageOptionsTests {
    static let key = Result { try TokenKey(id: 1, secret: [UInt8](0..<32)) }

    private func options(_ change: (inout MessageOptions) -> Void) -> MessageOptions {
        var options = MessageOptions()
        change(&options)
        return options
    }

    private func render(
        _ template: MessageTemplate, fields: [String] = [], usesMustacheAlways: Bool = false
    ) throws -> [UInt8] {
        var buffer = MessageBuffer()
        let message = try CompiledMessage(
            template, tokenKey: Self.key.get(), usesMustacheAlways: usesMustacheAlways)
        message.render(to: "ann@example.com", fields: fields, job: sampleJob, date: sampleDate, into: &buffer)
        return buffer.withUnsafeBytes(Array.init)
    }

    @Test("each contact has links of its own, in the text, the HTML and the header")
    func links() throws {
        var template = MessageTemplate.sample(
            text: "{{surveyLink}}\n{{#unsubscribeLink}}Leave: {{.}}{{/unsubscribeLink}}\n",
            html: "<a href=\"{{unsubscribeLink}}\">leave</a>\n")
        template.options = options {
            $0.unsubscribeURL = "https://example.org/u"
            $0.surveyURL = "https://example.org/s?t="
        }
        let bytes = try render(template)
        let message = MIMEReader(bytes)
        let unsubscribe =
            "https://example.org/u/" + (try Self.key.get().text(ContactToken(.unsubscribe, job: sampleJob)))
        let survey = "https://example.org/s?t=" + (try Self.key.get().text(ContactToken(.survey, job: sampleJob)))
        #expect(message["List-Unsubscribe"] == "<\(unsubscribe)>")
        #expect(message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click")
        #expect(message["Precedence"] == "bulk")
        #expect(message.parts[0].decodedBody == "\(survey)\r\nLeave: \(unsubscribe)\r\n")
        #expect(message.parts[1].decodedBody == "<a href=\"\(unsubscribe)\">leave</a>\r\n")
        #expect(try render(template, usesMustacheAlways: true) == bytes)
        #expect(try CompiledMessage(template).fieldNames == [])
    }

    @Test(
        "a provider is given the contact's token in the field that it takes",
        arguments: [
            (MailProvider.ses, "X-SES-MESSAGE-TAGS", "postrider=", ""),
            (.sendgrid, "X-SMTPAPI", #"{"unique_args": {"postrider": ""#, #""}}"#),
            (.mailgun, "X-Mailgun-Variables", #"{"postrider": ""#, #""}"#),
            (.postmark, "X-PM-Metadata-postrider", "", ""), (.mailjet, "X-MJ-CustomID", "", ""),
        ])
    func provider(provider: MailProvider, field: String, before: String, behind: String) throws {
        var template = MessageTemplate.sample()
        let without = try render(template)
        template.options = options { $0.provider = provider }
        #expect(template.options?.needsTokens == true)
        let bytes = try render(template)
        let token = try Self.key.get().text(ContactToken(.bounce, job: sampleJob))
        #expect(MIMEReader(bytes)[field] == before + token + behind)
        #expect(try render(template, usesMustacheAlways: true) == bytes)
        #expect(String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").allSatisfy { $0.utf8.count <= 78 })
        // Without a key the field would say nothing, and the rest is as it was.
        let message = try CompiledMessage(template)
        var buffer = MessageBuffer()
        message.render(to: "ann@example.com", fields: [], job: sampleJob, date: sampleDate, into: &buffer)
        #expect(MIMEReader(buffer.withUnsafeBytes(Array.init))[field] == nil)
        #expect(MIMEReader(without)[field] == nil)
    }

    @Test("without the addresses that they begin with, the links' names are fields like any other")
    func plainFields() throws {
        let template = MessageTemplate.sample(text: "{{unsubscribeLink}}\n")
        #expect(try CompiledMessage(template).fieldNames == ["unsubscribeLink"])
        #expect(try template.read(["x"])["List-Unsubscribe"] == nil)
        #expect(try template.read(["x"])["Precedence"] == nil)
    }

    @Test(
        "the list's headers are written as they are given",
        arguments: [
            ("spring.example.org", "<spring.example.org>"),
            ("Spring Survey <spring.example.org>", "Spring Survey <spring.example.org>"),
            ("Frühling <spring.example.org>", "=?UTF-8?B?RnLDvGhsaW5n?= <spring.example.org>"),
        ])
    func listHeaders(id: String, expected: String) throws {
        var template = MessageTemplate.sample()
        template.options = options {
            $0.listID = id
            $0.feedbackID = "spring:42:survey:example"
        }
        let message = MIMEReader(try render(template))
        #expect(message["List-Id"] == expected)
        #expect(message["Feedback-ID"] == "spring:42:survey:example")
    }

    @Test(
        "options that cannot stand in a message are refused",
        arguments: [
            MessageTemplateError.Part.bounceDomain, .unsubscribeURL, .surveyURL, .listID, .feedbackID,
        ])
    func refused(part: MessageTemplateError.Part) {
        let bad = ["", "x\r\nBcc: all@example.net", "a b", "http:/x", "<>", "ftp://example.org/"]
        for text in bad {
            let options = options {
                switch part {
                case .bounceDomain: $0.bounceDomain = text
                case .unsubscribeURL: $0.unsubscribeURL = text
                case .surveyURL: $0.surveyURL = text
                case .listID: $0.listID = text
                default: $0.feedbackID = text == "http:/x" || text == "<>" || text.hasPrefix("ftp") ? "ü" : text
                }
            }
            let error = #expect(throws: MessageTemplateError.self, "\(text)") { try options.check() }
            #expect(error?.part == part)
        }
        #expect(throws: MessageTemplateError.self) {
            try self.options { $0.unsubscribeURL = "http://example.org/u" }.check()
        }
    }

    private static let logo = MessageAttachment(
        name: "logo.png", type: "image/png", isInline: true, content: Data([0x89, 0x50, 0x4E, 0x47]))
    private static let plan = MessageAttachment(
        name: "Lageplan – Übersicht der Räume und Zeiten, Stand November 2026.pdf", type: "application/pdf",
        isInline: false, content: Data((0..<200).map { UInt8($0) }))

    @Test("files are nested as readers expect: mixed, in it alternative, in that related around the HTML")
    func nesting() throws {
        var template = MessageTemplate.sample(
            text: "Dear {{name}}\n", html: "<p>{{name}}</p><img src=\"cid:logo.png\" alt=\"\">\n")
        template.attachments = [Self.logo, Self.plan]
        let bytes = try render(template, fields: ["Ann"])
        #expect(try render(template, fields: ["Ann"], usesMustacheAlways: true) == bytes)
        let message = MIMEReader(bytes)
        #expect(message["Content-Type"]?.hasPrefix("multipart/mixed;") == true)
        #expect(message.parts.count == 2)
        let alternative = message.parts[0]
        #expect(alternative["Content-Type"]?.hasPrefix("multipart/alternative;") == true)
        #expect(alternative.parts[0].decodedBody == "Dear Ann\r\n")
        let related = alternative.parts[1]
        #expect(related["Content-Type"]?.hasPrefix("multipart/related; type=\"text/html\";") == true)
        let image = related.parts[1]
        #expect(image["Content-Disposition"] == "inline; filename=\"logo.png\"")
        #expect(MIMEReader.decodeBase64(image.body) == [0x89, 0x50, 0x4E, 0x47])
        let id = try #require(image["Content-ID"]).dropFirst().dropLast()
        #expect(related.parts[0].decodedBody == "<p>Ann</p><img src=\"cid:\(id)\" alt=\"\">\r\n")
        let file = message.parts[1]
        #expect(MIMEReader.decodeBase64(file.body) == (0..<200).map { UInt8($0) })
        #expect(
            file["Content-Disposition"]?.hasPrefix("attachment; filename*0*=UTF-8''Lageplan%20%E2%80%93%20") == true)
        for line in try #require(bytes.lines) { #expect(line.count <= 78, "\(String(decoding: line, as: UTF8.self))") }
    }

    @Test("text alone with an attachment is multipart/mixed, and a text that looks like a boundary is encoded")
    func mixed() throws {
        var template = MessageTemplate.sample(text: "{{name}}\n")
        template.attachments = [Self.plan]
        let boundary = "--=_m\(template.version)"
        let message = MIMEReader(try render(template, fields: [boundary]))
        #expect(message.parts.count == 2)
        #expect(message.parts[0].decodedBody == "\(boundary)\r\n")
    }

    @Test("no boundary of a message begins with another")
    func boundaries() throws {
        var template = MessageTemplate.sample(html: "<img src=\"cid:logo.png\">\n")
        template.attachments = [Self.logo, Self.plan]
        let text = String(decoding: try render(template), as: UTF8.self)
        let boundaries = Set(text.matches(of: /boundary="([^"]+)"/).map { String($0.output.1) })
        #expect(boundaries.count == 3)
        for one in boundaries {
            for other in boundaries where other != one { #expect(!other.hasPrefix(one)) }
        }
    }

    @Test("Python's reader finds the same parts and names", arguments: [true, false])
    func python(hasHTML: Bool) async throws {
        var template = MessageTemplate.sample(html: hasHTML ? "<img src=\"cid:logo.png\">\n" : nil)
        template.attachments = hasHTML ? [Self.logo, Self.plan] : [Self.plan]
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("mime-\(UUID().uuidString).eml")
        try Data(render(template)).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let script = """
            import sys, email, email.policy
            m = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)
            assert not any(p.defects for p in m.walk()), 'defects'
            print('|'.join(p.get_content_type() + (':' + p.get_filename() if p.get_filename() else '') for p in m.walk()))
            """
        let output = try await Tool.run(["/usr/bin/python3", "-c", script, file.path])
        let plan = "application/pdf:\(Self.plan.name)"
        #expect(
            output.trimmingCharacters(in: .newlines)
                == (hasHTML
                    ? "multipart/mixed|multipart/alternative|text/plain|multipart/related|text/html|image/png:logo.png|\(plan)"
                    : "multipart/mixed|text/plain|\(plan)"))
    }

    @Test(
        "files that cannot go with a message are refused",
        arguments: [
            MessageAttachment(name: "a/b.txt", type: "text/plain", isInline: false, content: Data()),
            MessageAttachment(name: "", type: "text/plain", isInline: false, content: Data()),
            MessageAttachment(name: "a\r\nb", type: "text/plain", isInline: false, content: Data()),
            MessageAttachment(name: "a", type: "text/plain\r\nX: y", isInline: false, content: Data()),
            MessageAttachment(name: "a", type: "multipart/mixed", isInline: false, content: Data()),
            MessageAttachment(name: "a b.png", type: "image/png", isInline: true, content: Data()),
            MessageAttachment(
                name: "big", type: "image/png", isInline: false,
                content: Data(count: MessageAttachment.maximumTotal + 1)),
        ])
    func badFile(file: MessageAttachment) {
        let error = #expect(throws: MessageTemplateError.self) { try MessageAttachment.check([file], html: "<p>") }
        #expect(error?.part == .attachment)
    }

    @Test("settings come back from their encoding with files and options, and those without both as they were")
    func settings() throws {
        var template = MessageTemplate.sample(html: "<p>")
        template.attachments = [Self.logo]
        template.options = options { $0.bounceDomain = "bounces.example.org" }
        let settings = MailingSettings(template: template, envelopeSender: "a@example.org", retry: .standard)
        #expect(try MailingSettings(encoded: settings.encoded()).template == template)
        let plain = MailingSettings(template: .sample(), envelopeSender: "a@example.org", retry: .standard)
        #expect(!String(decoding: try plain.encoded(), as: UTF8.self).contains("attachments"))
    }
}
