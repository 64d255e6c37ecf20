import Delivery
import Foundation
import Testing

@testable import MailMessage

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

    @Test(
        "what a mail system gives up without saying for whom is told to whoever knows it",
        arguments: [
            ("automatic-and-nameless", Outcome.bounced, Reason.noSuchUser),
            ("list-copy-of-nobody", .softBounced, .unknown),
        ])
    func unnamed(file: String, outcome: Outcome, reason: Reason) throws {
        let message = InboundMessage(reading: try InboundFixture.bytes(file, in: "Fixtures/World"))
        #expect(message.kind == .other)
        #expect(message.unnamedFinding?.classification?.outcome == outcome)
        #expect(message.unnamedFinding?.classification?.reason == reason)
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
