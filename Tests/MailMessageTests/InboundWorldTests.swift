import Delivery
import Foundation
import Testing

@testable import MailMessage

/// What one of the messages under Fixtures/World says of a recipient: the layouts and languages of many makers of mail systems.
struct WorldRow: Sendable {
    var file: String
    var recipient: String?
    var action: ReportAction?
    var outcome: Outcome?
    var reason: Reason?

    init(_ file: String, _ recipient: String?, _ action: ReportAction?, _ outcome: Outcome?, _ reason: Reason?) {
        self.file = file
        self.recipient = recipient
        self.action = action
        self.outcome = outcome
        self.reason = reason
    }

    static let all: [WorldRow] = [
        .init("postfix-no-dns", "ann@gone.example", .failed, .bounced, .noSuchDomain),
        .init("postfix-timed-out", "ann@example.com", .failed, .softBounced, .expired),
        .init("postfix-loops", "ann@example.com", .failed, .softBounced, .unreachable),
        .init("postfix-procmail-quota", "ann@example.net", .failed, .softBounced, .mailboxFull),
        .init("postfix-lost-connection", "ann@example.com", .failed, .softBounced, .expired),
        .init("postfix-three-fates", "ann@example.net", .failed, .bounced, .noSuchUser),
        .init("postfix-three-fates", "bob@example.net", .failed, .softBounced, .mailboxFull),
        .init("postfix-three-fates", "cy@example.net", .failed, .spam, .spamContent),
        .init("failed-and-delayed", "ann@example.net", .failed, .bounced, .noSuchUser),
        .init("failed-and-delayed", "bob@example.com", .delayed, nil, .delayed),
        .init("google-multiline", "ann@example.net", .failed, .bounced, .noSuchUser),
        .init("zimbra-lmtp-quota", "ann@example.net", .failed, .softBounced, .mailboxFull),
        .init("office365-not-found", "ann@example.net", .failed, .bounced, .noSuchUser),
        .init("office365-blocked-ip", "ann@example.net", .failed, .bounced, .senderBlocked),
        .init("office365-group-members-only", "team@example.net", .failed, .rejected, .policy),
        .init("office365-store-quota", "ann@example.net", .failed, .softBounced, .mailboxFull),
        .init("office365-expired", "ann@example.com", .failed, .softBounced, .expired),
        .init("exchange-german-html", "ann@example.de", .failed, .bounced, .noSuchUser),
        .init("google-old-plain", "ann@example.com", .failed, .bounced, .noSuchUser),
        .init("google-delay", "ann@example.com", .delayed, nil, .delayed),
        .init("google-notice-without-report", "ann@example.com", .failed, .rejected, .senderAuthentication),
        .init("yahoo-sorry", "ann@yahoo.example", .failed, .bounced, .noSuchUser),
        .init("exim-three", "ann@example.net", .failed, .bounced, .noSuchUser),
        .init("exim-three", "bob@example.com", .failed, .rejected, .policy),
        .init("exim-three", "cy@example.com", .failed, .softBounced, .expired),
        .init("exim-long-failing", "ann@example.com", .failed, .softBounced, .expired),
        .init("exim-dsn-remote", "ann@example.com", .failed, .bounced, .mailboxDisabled),
        .init("exim-delay-warning", "ann@example.com", .delayed, nil, .delayed),
        .init("qmail-cname", "ann@example.com", .failed, .softBounced, .expired),
        .init("qmail-vpopmail", "ann@example.net", .failed, .bounced, .noSuchUser),
        .init("qmail-vpopmail", "bob@example.net", .failed, .softBounced, .mailboxFull),
        .init("qmail-not-connected", "ann@example.com", .failed, .softBounced, .expired),
        .init("sendmail-five-days", "ann@example.com", .failed, .softBounced, .expired),
        .init("sendmail-listed", "ann@example.com", .failed, .bounced, .senderBlocked),
        .init("courier", "ann@example.com", .failed, .bounced, .noSuchUser),
        .init("domino-not-listed", "ann@example.net", .failed, .bounced, .noSuchUser),
        .init("communigate", "ann@example.com", .failed, .bounced, .noSuchUser),
        .init("communigate", "bob@example.net", .failed, .softBounced, .mailboxFull),
        .init("ironport", "ann@example.com", .failed, .bounced, .noSuchUser),
        .init("james", "ann@example.com", .failed, .softBounced, .mailboxFull),
        .init("hmailserver", "ann@example.com", .failed, .bounced, .noSuchUser),
        .init("mdaemon", "ann@example.com", .failed, .bounced, .noSuchUser),
        .init("mailenable", "ann@example.com", .failed, .bounced, .noSuchUser),
        .init("smartermail", "ann@example.com", .failed, .spam, .spamContent),
        .init("jes-messaging-server", "ann@example.com", .failed, .softBounced, .mailboxFull),
        .init("powermta", "ann@example.com", .failed, .bounced, .noSuchUser),
        .init("opensmtpd", "ann@example.com", .failed, .rejected, .senderAuthentication),
        .init("groupwise", "ann@example.net", .failed, .softBounced, .mailboxFull),
        .init("kerio", "ann@example.com", .failed, .bounced, .noSuchUser),
        .init("ses-report", "ann@example.com", .failed, .softBounced, .expired),
        .init("status-in-words-only", "ann@example.com", .failed, .bounced, .noSuchUser),
        .init("final-recipient-odd", "ann@example.com", .failed, .bounced, .noSuchUser),
        .init("final-recipient-odd", "bob@example.com", .failed, .bounced, .noSuchDomain),
        .init("forwarded-report", "ann@example.com", .failed, .softBounced, .mailboxFull),
        .init("smail-log", "ann@t-online.example", .failed, .bounced, .noSuchUser),
        .init("google-group", "team@groups.example", .failed, .rejected, .policy),
        .init("mailman-not-allowed", "list@lists.example", .failed, .rejected, .policy),
        .init("gmx-storage", "ann@gmx.example", .failed, .softBounced, .mailboxFull),
        .init("orange-overquota", "ann@orange.example", .failed, .softBounced, .mailboxFull),
        .init("laposte-archived", "ann@laposte.example", .failed, .bounced, .mailboxDisabled),
        .init("french-notice", "ann@example.fr", .failed, .bounced, .noSuchUser),
        .init("italian-notice", "ann@libero.example", .failed, .softBounced, .mailboxFull),
        .init("spanish-notice", "ann@example.es", .failed, .bounced, .noSuchUser),
        .init("portuguese-notice", "ann@uol.example", .failed, .softBounced, .mailboxFull),
        .init("dutch-notice", "ann@ziggo.example", .failed, .bounced, .mailboxDisabled),
        .init("polish-notice", "ann@wp.example", .failed, .softBounced, .mailboxFull),
        .init("russian-koi8", "ann@example.ru", .failed, .bounced, .noSuchUser),
        .init("yandex-notice", "ann@example.ru", .failed, .spam, .spamContent),
        .init("naver-euc-kr", "ann@naver.example", .failed, .bounced, .noSuchUser),
        .init("qq-gb18030", "ann@qq.example", .failed, .bounced, .noSuchUser),
        .init("coremail-gbk", "ann@163.example", .failed, .softBounced, .mailboxFull),
        .init("docomo-iso-2022-jp", "ann@docomo.example", .failed, .bounced, .noSuchUser),
        .init("japanese-full-sjis", "ann@example.jp", .failed, .softBounced, .mailboxFull),
        .init("utf16-part", "ann@example.net", .failed, .bounced, .noSuchUser),
        .init("read-receipt", nil, nil, nil, .automaticReply),
        .init("deleted-unread", nil, nil, nil, .automaticReply),
        .init("dmarc-aggregate", nil, nil, nil, nil),
        .init("tls-report", nil, nil, nil, .automaticReply),
        .init("challenge", nil, nil, nil, .automaticReply),
        .init("vacation-with-colleague", nil, nil, nil, .automaticReply),
        .init("left-the-company", nil, nil, nil, .automaticReply),
        .init("vacation-null-path-plain-subject", nil, nil, nil, nil),
        .init("letter-about-failure", nil, nil, nil, nil),
        .init("list-moderation", nil, nil, nil, nil),
        .init("quarantine-notice", nil, nil, nil, nil),
        .init("jmrp", "ann@hotmail.example", nil, .spam, .complaint),
        .init("arf-no-recipient", "ann@example.net", nil, .spam, .complaint),
        .init("arf-redacted", "redacted-7f3a@provider.example", nil, .spam, .complaint),
        .init("arf-not-spam", "ann@provider.example", nil, nil, .otherFeedback),
        .init("amavis-banned", "ann@example.net", .failed, .rejected, .policy),
        .init("scanner-notice", "ann@example.net", .failed, .rejected, .virusOrAttachment),
        .init("spam-filter-html", "ann@example.net", .failed, .spam, .spamContent),
        .init("cr-only-two", "ann@example.net", .failed, .bounced, .noSuchUser),
        .init("cr-only-two", "bob@example.com", .failed, .softBounced, .mailboxFull),
        .init("report-as-attachment-types", "ann@example.com", .failed, .bounced, .noSuchUser),
        .init("x-headers-only", "ann@example.com", .failed, .softBounced, .mailboxFull),
        .init("kddi-disabled", "ann@ezweb.example", .failed, .bounced, .noSuchUser),
        .init("mimecast-invalid", "ann@example.com", .failed, .bounced, .noSuchUser),
        .init("final-response", "ann@example.com", .failed, .deferred, .rateLimited),
        .init("json-complaint", "ann@example.com", nil, .spam, .complaint),
        .init("exchange55-unavailable", "ann@example.net", .failed, .softBounced, .mailboxFull),
        .init("smtpsvc-no-code", "ann@example.net", .failed, .bounced, .noSuchUser),
        .init("exchange-queue-expired", "ann@example.com", .failed, .softBounced, .expired),
        .init("notes-report", "ann@example.net", .failed, .bounced, .noSuchUser),
        .init("ezmlm-warning", nil, nil, nil, nil),
        .init("sympa-refused", "news@lists.example", .failed, .rejected, .policy),
        .init("qmail-several", "ann@gone.example", .failed, .bounced, .noSuchDomain),
        .init("qmail-several", "bob@example.com", .failed, .rejected, .senderRejected),
        .init("qmail-several", "cy@example.net", .failed, .bounced, .mailboxDisabled),
        .init("exim-local", "ann@example.net", .failed, .bounced, .noSuchUser),
        .init("exim-local", "bob@example.net", .failed, .softBounced, .mailboxFull),
        .init("xmail", "ann@example.com", .failed, .bounced, .noSuchUser),
        .init("icewarp", "ann@example.com", .failed, .bounced, .noSuchUser),
        .init("sendmail-warning", "ann@example.com", .delayed, nil, .delayed),
        .init("mailmarshal", "ann@example.com", .failed, .bounced, .noSuchUser),
        .init("interscan", "ann@example.com", .failed, .bounced, .noSuchUser),
        .init("spam-firewall", "ann@example.net", .failed, .spam, .spamContent),
        .init("sina-gb2312", "ann@sina.example", .failed, .bounced, .noSuchUser),
        .init("hinet-big5", "ann@hinet.example", .failed, .softBounced, .mailboxFull),
        .init("daum-korean", "ann@daum.example", .failed, .softBounced, .mailboxFull),
        .init("softbank-japanese", "ann@softbank.example", .failed, .bounced, .noSuchUser),
        .init("turkish", "ann@example.tr", .failed, .bounced, .noSuchUser),
        .init("czech", "ann@seznam.example", .failed, .bounced, .noSuchUser),
        .init("swedish", "ann@example.se", .failed, .softBounced, .mailboxFull),
        .init("french-free", "ann@free.example", .failed, .softBounced, .mailboxFull),
        .init("german-delay", "ann@example.de", .delayed, nil, .delayed),
        .init("report-within-mixed", "ann@example.com", .failed, .bounced, .senderBlocked),
        .init("supplementary-info", "ann@example.net", .failed, .bounced, .noSuchUser),
        .init("exchange-delivered", "ann@example.net", .delivered, .sent, .delivered),
        .init("ticket", nil, nil, nil, .automaticReply),
        .init("new-address", nil, nil, nil, .automaticReply),
        .init("absence-german", nil, nil, nil, .automaticReply),
        .init("absence-polish", nil, nil, nil, .automaticReply),
        .init("absence-russian", nil, nil, nil, .automaticReply),
        .init("absence-chinese", nil, nil, nil, .automaticReply),
        .init("absence-korean", nil, nil, nil, .automaticReply),
        .init("absence-japanese", nil, nil, nil, .automaticReply),
        .init("absence-dutch", nil, nil, nil, .automaticReply),
        .init("absence-danish", nil, nil, nil, .automaticReply),
        .init("absence-finnish", nil, nil, nil, .automaticReply),
        .init("absence-spanish", nil, nil, nil, .automaticReply),
        .init("absence-hungarian", nil, nil, nil, .automaticReply),
        .init("absence-greek", nil, nil, nil, .automaticReply),
        .init("absence-hebrew", nil, nil, nil, .automaticReply),
        .init("arf-removal-recipient", "ann@example.com", nil, .spam, .complaint),
        .init("arf-opt-out-list", "ann@example.net", nil, .unsubscribed, .optOut),
        .init("arf-named-as-text", "ann@example.net", nil, .spam, .complaint),
        .init("zoho-like", "ann@example.com", .failed, .bounced, .noSuchUser),
        .init("zoho-like", "bob@example.com", .failed, .softBounced, .mailboxFull),
        .init("google-old-japanese", "ann@example.com", .failed, .bounced, .noSuchUser),
        .init("sms-gateway", "0905550100@sms.example", .failed, .bounced, .noSuchUser),
        .init("script-home-made", "ann@example.com", .failed, .softBounced, .mailboxFull),
        .init("html-entities", "ann@example.fr", .failed, .bounced, .noSuchUser),
        .init("antivirus-german", "ann@example.de", .failed, .rejected, .virusOrAttachment),
        .init("relayed", "ann@example.net", .relayed, .sent, .relayed),
        .init("too-many-received", "ann@example.net", .failed, .softBounced, .unreachable),
        .init("bluehost-notice", "ann@example.com", .failed, .deferred, .rateLimited),
        .init("iphone-forward", "ann@example.com", .failed, .bounced, .noSuchUser),
    ]
}

@Suite("Messages that come back from all over the world")
struct InboundWorldTests {
    private static let files = Set(WorldRow.all.map(\.file)).sorted()

    @Test("each is read for its recipients and what became of them", arguments: files)
    func world(file: String) throws {
        let rows = WorldRow.all.filter { $0.file == file }
        let findings = InboundMessage(reading: try InboundFixture.bytes(file, in: "Fixtures/World")).findings
        #expect(findings.map(\.recipient) == rows.map(\.recipient))
        for (finding, row) in zip(findings, rows) {
            #expect(finding.action == row.action)
            #expect(finding.classification?.outcome == row.outcome)
            #expect(finding.classification?.reason == row.reason)
        }
    }

    @Test("no message there is without expectations")
    func complete() throws {
        #expect(try InboundFixture.names(in: "Fixtures/World") == Self.files)
    }

    /// Replies and the outcomes that they mean in a report, one a line.
    private static func diagnostics() throws -> [(outcome: String, words: String)] {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/diagnostics", withExtension: "tsv"))
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map { line in
            let fields = line.split(separator: "\t", maxSplits: 1)
            return (String(try #require(fields.first)), String(try #require(fields.last)))
        }
    }

    @Test("what mail servers say in a report, in the words of many makers and languages")
    func words() throws {
        let rows = try Self.diagnostics()
        #expect(rows.count > 100)
        for row in rows {
            let report = """
                From: MAILER-DAEMON@mail.example.net
                Subject: Undelivered Mail Returned to Sender
                Content-Type: message/delivery-status

                Reporting-MTA: dns; mail.example.net

                Final-Recipient: rfc822; ann@example.net
                Action: failed
                Status: 5.0.0
                Diagnostic-Code: smtp; \(row.words)
                """
            let finding = try #require(InboundMessage(reading: Array(report.utf8)).findings.first)
            #expect(finding.classification?.outcome?.name == row.outcome, "\(row.words)")
        }
    }
}
