import Delivery
import Foundation
import Testing

@testable import MailMessage

/// What one of the messages under Fixtures says of a recipient.
struct InboundRow: Sendable, CustomTestStringConvertible {
    var file: String
    var kind: InboundMessage.Kind
    var recipient: String?
    var action: ReportAction?
    var code: UInt16?
    var outcome: Outcome?
    var reason: Reason?
    var rule: String?

    var testDescription: String { "\(file): \(recipient ?? "nobody")" }

    init(
        _ file: String, _ kind: InboundMessage.Kind, _ recipient: String?, _ action: ReportAction? = nil,
        _ code: UInt16? = nil, _ outcome: Outcome? = nil, _ reason: Reason? = nil, _ rule: String? = nil
    ) {
        self.file = file
        self.kind = kind
        self.recipient = recipient
        self.action = action
        self.code = code
        self.outcome = outcome
        self.reason = reason
        self.rule = rule
    }

    static let all: [InboundRow] = [
        .init("two-recipients", .deliveryReport, "ann@example.net", .failed, 550, .bounced, .noSuchUser, "5m"),
        .init("two-recipients", .deliveryReport, "bob@example.net", .failed, 552, .softBounced, .mailboxFull, "P5"),
        .init("delayed", .deliveryReport, "ann@example.net", .delayed, nil, nil, .delayed, "N2"),
        .init("successes", .deliveryReport, "ann@example.net", .delivered, nil, .sent, .delivered, "N2"),
        .init("successes", .deliveryReport, "bob@example.net", .relayed, nil, .sent, .relayed, "N2"),
        .init("successes", .deliveryReport, "list@example.net", .expanded, nil, .sent, .expanded, "N2"),
        .init("expired", .deliveryReport, "ann@example.net", .failed, 550, .softBounced, .expired, "N1"),
        .init("status-only", .deliveryReport, "ann@example.net", .failed, nil, .bounced, .noSuchUser, "5m"),
        .init(
            "words-in-the-notice", .deliveryReport, "ann@example.net", .failed, nil, .bounced, .mailboxDisabled, "5i"),
        .init(
            "words-in-the-notice", .deliveryReport, "bob@example.net", .failed, nil, .softBounced, .mailboxFull, "P5"),
        .init("groups-run-together", .deliveryReport, "ann@example.net", .failed, 550, .bounced, .noSuchDomain, "5l"),
        .init("groups-run-together", .deliveryReport, "bob@example.net", .failed, 550, .bounced, .noSuchUser, "5m"),
        .init("fields-out-of-order", .deliveryReport, "ann@example.net", .failed, 554, .spam, .spamContent, "5h"),
        .init("international", .deliveryReport, "jörg@münchen.example", .failed, 550, .bounced, .noSuchUser, "5m"),
        .init(
            "report-in-base64", .deliveryReport, "ann@example.net", .failed, 550, .rejected, .senderAuthentication, "5c"
        ),
        .init("reply-cut-short", .deliveryReport, "ann@example.net", .failed, 550, .spam, .spamContent, "5h"),
        .init("report-in-the-text", .deliveryReport, "ann@example.net", .failed, 550, .bounced, .noSuchDomain, "5l"),
        .init("boundary-not-named", .deliveryReport, "ann@example.net", .failed, 554, .bounced, .senderBlocked, "5f"),
        .init("wrapped-up", .deliveryReport, "ann@example.net", .failed, 551, .bounced, .moved, "5j"),
        .init("json-notification", .deliveryReport, "ann@example.net", .failed, 550, .bounced, .noSuchUser, "5m"),
        .init("qmail", .notice, "ann@example.net", .failed, 550, .bounced, .noSuchUser, "5m"),
        .init("qmail", .notice, "bob@example.net", .failed, nil, .bounced, .noSuchDomain, "5l"),
        .init("exim", .notice, "ann@example.net", .failed, 550, .bounced, .mailboxDisabled, "5i"),
        .init("exim", .notice, "bob@example.net", .failed, 552, .softBounced, .tooBig, "P7"),
        .init("exim-delayed", .notice, "ann@example.net", .delayed, nil, nil, .delayed, "N2"),
        .init("transcript", .notice, "ann@example.net", .failed, 550, .bounced, .noSuchUser, "5m"),
        .init("transcript", .notice, "bob@example.com", .failed, 554, .rejected, .virusOrAttachment, "5a"),
        .init("html-only", .notice, "ann@example.net", .failed, 550, .bounced, .noSuchUser, "5m"),
        .init("japanese", .notice, "ann@example.jp", .failed, nil, .bounced, .noSuchUser, "5m"),
        .init("german", .notice, "ann@example.de", .failed, nil, .bounced, .noSuchUser, "5m"),
        .init("exchange", .notice, "ann@example.net", .failed, nil, .bounced, .noSuchUser, "5m"),
        .init("forwarding", .notice, "ann@private.example", .failed, 550, .bounced, .noSuchUser, "5m"),
        .init("boundary-that-never-comes", .notice, "ann@example.net", .failed, 550, .bounced, .noSuchUser, "5m"),
        .init("broken-header", .notice, "ann@example.net", .failed, 450, .deferred, .rateLimited, "P3"),
        .init("complaint", .complaint, "ann@example.net", nil, nil, .spam, .complaint, "N3"),
        .init("complaint-of-old", .complaint, "ann@example.net", nil, nil, .spam, .complaint, "N3"),
        .init("opt-out", .complaint, "ann@example.net", nil, nil, .unsubscribed, .optOut, "N3"),
        .init("authentication-report", .complaint, "ann@example.net", nil, nil, nil, .otherFeedback, "N3"),
        .init("absence", .automaticReply, nil, nil, nil, nil, .automaticReply, "N2"),
        .init("letter", .other, nil),
        .init("nothing", .other, nil),
    ]
}

@Suite("Messages that come back")
struct InboundMessageTests {
    private static let files = Set(InboundRow.all.map(\.file)).sorted()

    @Test("each message is read for its recipients, in order, whatever ends its lines", arguments: files)
    func fixtures(file: String) throws {
        let rows = InboundRow.all.filter { $0.file == file }
        for lineEnd: [UInt8] in [[0x0A], [0x0D, 0x0A], [0x0D], [0x0D, 0x0D, 0x0A]] {
            let message = InboundMessage(
                reading: InboundFixture.withLineEnds(try InboundFixture.bytes(file), lineEnd))
            #expect(message.findings.map(\.recipient) == rows.map(\.recipient))
            for (finding, row) in zip(message.findings, rows) {
                #expect(message.kind == row.kind)
                #expect(finding.action == row.action)
                #expect(finding.code == row.code)
                #expect(finding.classification?.outcome == row.outcome)
                #expect(finding.classification?.reason == row.reason)
                #expect(finding.classification?.rule == row.rule)
            }
        }
    }

    @Test("no message under Fixtures is without expectations")
    func complete() throws {
        #expect(try InboundFixture.names() == Self.files)
    }

    @Test("a report names the message that it is about by Message-ID, envelope identifier and original recipient")
    func identifiers() throws {
        let message = InboundMessage(reading: try InboundFixture.bytes("two-recipients"))
        let finding = try #require(message.findings.first)
        #expect(finding.returnedMessageID == "m.42.7@example.org")
        #expect(finding.originalEnvelopeID == "job-42-7")
        #expect(finding.originalRecipient == "anna@example.com")
        #expect(message.addressees == ["survey+t0@bounces.example.org"])
    }

    @Test("a notice tells from which address a forwarding began", arguments: ["exim", "forwarding"])
    func forwarding(file: String) throws {
        let finding = try #require(InboundMessage(reading: try InboundFixture.bytes(file)).findings.first)
        #expect(finding.originalRecipient == (file == "exim" ? "anna@example.com" : "ann@example.net"))
    }

    @Test("the message that came back is found in a notice without parts, and where only its header is returned")
    func returnedHeaders() throws {
        for file in ["qmail", "exim", "transcript", "opt-out", "exchange", "complaint"] {
            let message = InboundMessage(reading: try InboundFixture.bytes(file))
            #expect(message.findings.allSatisfy { $0.returnedMessageID == "m.42.7@example.org" }, "\(file)")
        }
    }

    @Test("any bytes are a message")
    func anything() {
        for bytes: [UInt8] in [
            [], [0x0A], [0x00], [0x2D, 0x2D], Array("Content-Type: multipart/report".utf8), [0xFF, 0xFE],
        ] {
            let message = InboundMessage(reading: bytes)
            #expect(message.findings == [InboundFinding()])
            #expect(message.kind == .other)
        }
    }

    @Test("the limits hold for recipients, parts and depth")
    func limits() {
        var report = "From: MAILER-DAEMON@example.net\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n"
        for number in 0..<5_000 {
            report += "\nFinal-Recipient: rfc822; user\(number)@example.net\nAction: failed\nStatus: 5.1.1\n"
        }
        #expect(InboundMessage(reading: Array(report.utf8)).findings.count == ParseLimits.standard.recipients)

        var nested = ""
        for depth in 0..<1_000 {
            nested += "Content-Type: multipart/mixed; boundary=b\(depth)\n\n--b\(depth)\n"
        }
        #expect(InboundMessage(reading: Array(nested.utf8)).kind == .other)

        let many = "Content-Type: multipart/mixed; boundary=b\n\n" + String(repeating: "--b\n\ntext\n", count: 5_000)
        #expect(MIMEEntity(reading: Array(many.utf8)[...]).leaves.count <= ParseLimits.standard.parts)
    }
}
