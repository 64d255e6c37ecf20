import Delivery
import Foundation
import Testing

@testable import MailMessage

/// A message that somebody made up to cost us time.
struct HostileMessage: Sendable, CustomTestStringConvertible {
    var name: String
    /// What stands before and behind the part that is repeated.
    var head: String
    var unit: String
    var tail = ""

    var testDescription: String { name }

    /// The message, of about as many bytes as asked for.
    func bytes(_ size: Int) -> [UInt8] {
        let unit = Array(unit.utf8)
        var bytes = Array(head.utf8)
        while bytes.count + unit.count < size { bytes += unit }
        return bytes + Array(tail.utf8)
    }

    private static let daemon = "From: MAILER-DAEMON@example.net\nSubject: failure notice\n"
    private static let notice = daemon + "\nThe following addresses failed:\n\n"
    private static let html = daemon + "Content-Type: text/html\n\n<p>could not be delivered: "
    private static let report = daemon + "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
    private static let final = "Final-Recipient: rfc822; ann@example.net\nAction: failed\n"

    static let all: [HostileMessage] = [
        .init(name: "parts within parts", head: "", unit: "Content-Type: multipart/mixed; boundary=b\n\n--b\n"),
        .init(name: "messages within messages", head: daemon, unit: "Content-Type: message/rfc822\n\nFrom: <>\n"),
        .init(name: "fields without end", head: daemon, unit: "X: y\n"),
        .init(name: "failed recipients without end", head: daemon, unit: "X-Failed-Recipients: a@example.net\n"),
        .init(name: "a folded field without end", head: daemon + "To: a@example.net,\n", unit: " a@example.net,\n"),
        .init(name: "lines that are no fields", head: daemon, unit: "no field\nX: y\n"),
        .init(
            name: "delimiters without end", head: daemon + "Content-Type: multipart/mixed; boundary=b\n\n",
            unit: "--b\n"),
        .init(
            name: "what is nearly a delimiter",
            head: daemon + "Content-Type: multipart/mixed; boundary=\(String(repeating: "b", count: 70))\n\n",
            unit: "--\(String(repeating: "b", count: 69))x\n"),
        .init(name: "a long line", head: notice, unit: "x"), .init(name: "at signs", head: notice, unit: "@"),
        .init(name: "half addresses", head: notice, unit: "a@"),
        .init(name: "quotes before at signs", head: notice, unit: "\"@"),
        .init(name: "bytes that begin no character", head: notice, unit: "\u{FFFD}@"),
        .init(name: "addresses on one line", head: notice, unit: "<a@example.net>, "),
        .init(name: "addresses on lines", head: notice, unit: "a@example.net\n"),
        .init(name: "replies", head: notice + "a@example.net ", unit: "550 "),
        .init(name: "replies on lines", head: notice + "a@example.net\n", unit: "550-5.1.1 no\n"),
        .init(
            name: "transcripts", head: notice, unit: ">>> RCPT TO:<a@b.example>\n<<< 550-no\n550 <a@b.example>... no\n"),
        .init(name: "quotations", head: notice, unit: "> > > a@example.net\n"),
        .init(name: "empty lines", head: notice, unit: "\n"), .init(name: "carriage returns", head: notice, unit: "\r"),
        .init(name: "forwardings", head: notice, unit: "a@example.net expanded from b@example.net\n"),
        .init(name: "encoded words in the subject", head: "Subject: ", unit: "=?x-none?B?QQ==?= "),
        .init(name: "encoded words in a reply", head: report + final + "Diagnostic-Code: ", unit: "=?x-none?B?QQ==?= "),
        .init(
            name: "encoded words of a set that is known", head: report + final + "Diagnostic-Code: ",
            unit: "=?iso-2022-kr?B?QQ==?= "),
        .init(name: "beginnings of encoded words", head: "Subject: ", unit: "=?"),
        .init(name: "replies of encoded words", head: report, unit: final + "Diagnostic-Code: =?big5?B?oUA=?=\n\n"),
        .init(name: "open tags", head: html, unit: "<"),
        .init(name: "tags that are addresses", head: html, unit: "<a@"),
        .init(
            name: "a late end of tags that are addresses", head: html,
            unit: String(repeating: "<a@", count: 1_000) + ">"),
        .init(name: "comments", head: html, unit: "<!--"), .init(name: "style sheets", head: html, unit: "<style "),
        .init(name: "entities", head: html, unit: "&"), .init(name: "numeric entities", head: html, unit: "&#x41"),
        .init(name: "cells", head: html, unit: "<td>a@example.net"),
        .init(name: "objects within objects", head: daemon + "\n{\"notificationType\":", unit: "{\"a\":"),
        .init(name: "arrays within arrays", head: daemon + "\n{\"notificationType\":", unit: "[", tail: "}"),
        .init(name: "a string without end", head: daemon + "\n{\"notificationType\":\"", unit: "\\\""),
        .init(
            name: "equals signs", head: daemon + "Content-Transfer-Encoding: quoted-printable\n\n", unit: "="),
        .init(name: "padding", head: daemon + "Content-Transfer-Encoding: base64\n\n", unit: "QQ=="),
        .init(
            name: "shifts of character sets", head: daemon + "Content-Type: text/plain; charset=iso-2022-jp\n\n",
            unit: "\u{1B}$B\u{1B}(B"),
        .init(
            name: "an unknown character set for each part",
            head: daemon + "Content-Type: multipart/mixed; boundary=b\n\n",
            unit: "--b\nContent-Type: text/plain; charset=x-none\n\n\u{E9}\n"),
        .init(name: "recipients without addresses", head: report, unit: "Final-Recipient: rfc822; x\n\n"),
        .init(name: "recipients", head: report, unit: final + "Diagnostic-Code: smtp; 550-no\n\n"),
        .init(
            name: "recipients that the notice names",
            head: daemon + "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n",
            unit: "<a@example.net> no\n<b@example.net>\n550-no\n",
            tail: "\n--b\nContent-Type: message/delivery-status\n\n"
                + (0..<300).map { "Final-Recipient: rfc822; r\($0)@example.net\nDiagnostic-Code: smtp; 550-no\n\n" }
                .joined()),
        .init(
            name: "recipients of a notice, and a long reply to each", head: notice,
            unit: "550-5.1.1 no such user here\n",
            tail: (0..<2_000).map { "r\($0)@example.net:\n550 no\n" }.joined()),
        .init(
            name: "a transcript of many recipients",
            head: notice + (0..<300).map { "<r\($0)@example.net>\n" }.joined() + "\n",
            unit: ">>> RCPT TO:<r9@example.net>\n<<< 550-5.1.1 no\n",
            tail: (0..<300).map { "<<< 550 no\n550 <r\($0)@example.net>... no\n" }.joined()),
        .init(
            name: "words that begin phrases", head: report + final + "Diagnostic-Code: smtp; 550 ",
            unit: "mailbox user your ip account "),
    ]
}

@Suite("Messages made up to cost time")
struct HostileMessageTests {
    private static func cost(of work: () -> Void) -> Duration {
        let start = ProcessorTime.now
        work()
        return ProcessorTime.now - start
    }

    @Test("64 KiB take no longer than 50 ms to read, whatever they are", arguments: HostileMessage.all)
    func time(message: HostileMessage) {
        let bytes = message.bytes(64 << 10)
        let cost = Self.cost { _ = InboundReader(reading: bytes[...], limits: .standard) }
        #expect(cost < .milliseconds(50), "\(cost)")
        #expect(InboundMessage(reading: bytes).findings.count <= ParseLimits.standard.recipients)
    }

    @Test(
        "16 times as much takes at most 40 times as long: nothing grows with the square", arguments: HostileMessage.all)
    func growth(message: HostileMessage) {
        let (small, large) = (message.bytes(64 << 10), message.bytes(1 << 20))
        let ofSmall = Self.cost { _ = InboundReader(reading: small[...], limits: .standard) }
        let ofLarge = Self.cost { _ = InboundReader(reading: large[...], limits: .standard) }
        #expect(ofLarge < ofSmall * 40 + .milliseconds(20), "\(ofSmall), \(ofLarge)")
    }

    @Test("what is made of a message is small, however long it is", arguments: HostileMessage.all)
    func memory(message: HostileMessage) {
        let findings = InboundMessage(reading: message.bytes(4 << 20)).findings
        let kept = findings.map { $0.diagnostic.utf8.count + ($0.recipient?.utf8.count ?? 0) }.reduce(0, +)
        #expect(kept <= ParseLimits.standard.recipients * (InboundFinding.diagnosticLimit + 400))
    }
}
