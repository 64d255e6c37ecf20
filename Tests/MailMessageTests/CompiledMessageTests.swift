import Delivery
import Foundation
import Testing

@testable import MailMessage

@Suite("Compiled messages")
struct CompiledMessageTests {
    @Test(
        "the date is that of RFC 5322, in UTC",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 +0000"),
            (-1, "Wed, 31 Dec 1969 23:59:59 +0000"),
            (951_827_696_000, "Tue, 29 Feb 2000 12:34:56 +0000"),
            (1_718_973_296_789, "Fri, 21 Jun 2024 12:34:56 +0000"),
            (1_798_761_599_999, "Thu, 31 Dec 2026 23:59:59 +0000"),
            (4_107_542_400_000, "Mon, 01 Mar 2100 00:00:00 +0000"),
        ])
    func dates(milliseconds: Int64, expected: String) {
        var stamp = DateStamp()
        #expect(String(decoding: stamp.bytes(at: UnixTime(milliseconds: milliseconds)), as: UTF8.self) == expected)
    }

    @Test("a date that was formatted before does not stick")
    func dateCache() {
        var stamp = DateStamp()
        let first = stamp.bytes(at: UnixTime(milliseconds: 1_000))
        #expect(stamp.bytes(at: UnixTime(milliseconds: 1_999)) == first)
        #expect(stamp.bytes(at: UnixTime(milliseconds: 2_000)) != first)
    }

    @Test("the Message-ID names mailing, contact and deployment, and is the same on every attempt")
    func messageID() throws {
        let message = try CompiledMessage(.sample())
        #expect(message.messageID(of: sampleJob) == "<7.4294967295.salt@example.org>")
        var buffer = MessageBuffer()
        for attempt in 0..<3 {
            buffer.removeAll()
            let job = DeliveryJob(id: sampleJob, attempts: UInt16(attempt), address: "ann@example.com", fields: [])
            message.render(job, date: UnixTime(milliseconds: Int64(attempt) * 1_000_000), into: &buffer)
            let reader = MIMEReader(buffer.withUnsafeBytes(Array.init))
            #expect(reader["Message-ID"] == "<7.4294967295.salt@example.org>")
        }
    }

    @Test("without a salt of its own the Message-ID takes one from the content; a long one is folded")
    func messageIDDefaults() throws {
        var template = MessageTemplate.sample()
        template.messageIDSalt = nil
        template.messageIDDomain = String(repeating: "long.", count: 12) + "example"
        let id = "<7.4294967295.\(template.version.prefix(12))@\(template.messageIDDomain ?? "")>"
        let bytes = try template.rendered()
        #expect(MIMEReader(bytes)["Message-ID"] == id)
        #expect(String(decoding: bytes, as: UTF8.self).contains("Message-ID:\r\n <7."))
    }

    @Test("only an address that is not ASCII asks for SMTPUTF8")
    func smtpUTF8() throws {
        var buffer = MessageBuffer()
        func needs(_ template: MessageTemplate, to address: String) throws -> Bool {
            try CompiledMessage(template).render(
                to: address, fields: ["é"], job: sampleJob, date: sampleDate, into: &buffer
            ).needsSMTPUTF8
        }
        let template = MessageTemplate.sample(subject: "é {{x}}", text: "é")
        #expect(try !needs(template, to: "ann@example.com"))
        #expect(try needs(template, to: "änn@example.com"))
        #expect(try needs(template, to: "ann@bücher.example"))
        #expect(try needs(.sample(replyTo: MailboxField(address: "é@example.org")), to: "ann@example.com"))
    }

    @Test("messages follow each other in a buffer, each in its range")
    func buffers() throws {
        let message = try CompiledMessage(.sample(text: "{{a}}\n"))
        var buffer = MessageBuffer(capacity: 1)
        let ranges = (0..<50).map { number in
            message.render(
                to: "ann@example.com", fields: [String(repeating: "x", count: number * 7)], job: sampleJob,
                date: sampleDate, into: &buffer)
        }
        #expect(ranges.last?.range.upperBound == buffer.count)
        for (number, range) in ranges.enumerated() {
            let reader = MIMEReader(buffer.withUnsafeBytes(of: range) { Array($0) })
            #expect(reader.decodedBody == String(repeating: "x", count: number * 7) + "\r\n")
        }
    }

    static let encodings: [(String, [String], String)] = [
        ("plain\n", [], "7bit"),
        ("{{a}}\n", ["plain"], "7bit"),
        ("{{a}}\n", ["é"], "quoted-printable"),
        ("{{a}}\n", ["調査のお願い"], "base64"),
        ("Приглашаем вас\n", [], "base64"),
        ("Un café, s'il vous plaît\n", [], "quoted-printable"),
        (String(repeating: "x", count: 990) + "\n", [], "7bit"),
        (String(repeating: "x", count: 991) + "\n", [], "quoted-printable"),
        (String(repeating: "x", count: 980) + "{{a}}\n", ["1234567890"], "7bit"),
        (String(repeating: "x", count: 980) + "{{a}}\n", ["1234567890-"], "quoted-printable"),
        (String(repeating: "x", count: 980) + "{{a}}-\n", ["1234567890"], "quoted-printable"),
        (String(repeating: "x", count: 980) + "{{a}}-\n", ["1234567890\n"], "7bit"),
        ("{{a}}" + String(repeating: "x", count: 980) + "{{b}}\n", ["12345", "67890"], "7bit"),
        ("{{a}}" + String(repeating: "x", count: 980) + "{{b}}\n", ["12345", "678901"], "quoted-printable"),
        ("{{a}}\n" + String(repeating: "x", count: 985) + "{{b}}\n", ["1", "12345"], "7bit"),
        ("{{a}}\n" + String(repeating: "x", count: 985) + "{{b}}\n", ["1", "123456"], "quoted-printable"),
        (String(repeating: String(repeating: "x", count: 400) + "{{a}}\n", count: 3), ["1"], "7bit"),
        ("=_ is fine where there is no boundary {{a}}\n", ["=_"], "7bit"),
    ]

    @Test("a body goes as it is, quoted-printable or base64, as fits", arguments: encodings)
    func choosesEncoding(text: String, fields: [String], expected: String) throws {
        let template = MessageTemplate.sample(text: text)
        let message = try template.read(fields)
        #expect(message["Content-Transfer-Encoding"] == expected)
        #expect(try template.rendered(fields, usesMustacheAlways: true) == template.rendered(fields))
    }

    @Test("a template goes through JSON unchanged", arguments: [nil, "<p>é</p>"])
    func coding(html: String?) throws {
        let template = MessageTemplate.sample(replyTo: MailboxField(address: "a@example.org"), html: html)
        let decoded = try JSONDecoder().decode(MessageTemplate.self, from: JSONEncoder().encode(template))
        #expect(decoded == template)
        #expect(decoded.version == template.version)
    }

    @Test("unsubscribe addresses are folded and never put into encoded words")
    func listUnsubscribe() throws {
        let template = MessageTemplate.sample(
            listUnsubscribe:
                "<https://example.org/unsubscribe?token={{token}}>, <mailto:u@example.org?subject={{token}}>")
        let bytes = try template.rendered(["é0123456789"])
        let value = "%C3%A90123456789"
        #expect(
            MIMEReader(bytes)["List-Unsubscribe"]
                == "<https://example.org/unsubscribe?token=\(value)>, <mailto:u@example.org?subject=\(value)>")
        #expect(bytes.lines?.allSatisfy { $0.count <= 78 } == true)
    }
}
