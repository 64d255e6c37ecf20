import Foundation
import TestSupport
import Testing

@Suite("Message-IDs that come back to where anybody may write", .serialized)
struct ReturnedMessageIDTests {
    private static let addresses = ["ok-ann@x.example", "ok-bob@x.example", "ok-eve@x.example"]

    @Test(
        "our own names its contact, whatever address the report names; what a recipient makes of its own finds nobody",
        .timeLimit(.minutes(3)))
    func forged() async throws {
        let run = try await CampaignRun()
        try await run.prepareCampaign(addresses: Self.addresses)
        try await run.must(["campaign", "set", "c", "--bounce-domain", "bounce.example.org"])
        try await run.must(["campaign", "start", "c"])
        try run.startWorker()
        #expect(try await run.finish(limit: .seconds(60)).count("Sent") == 3)
        let ids = Dictionary(
            try await run.decisions(accepted: 3).map { ($0.recipient, $0.messageID ?? "") }, uniquingKeysWith: { $1 })
        let ann = try #require(ids[Self.addresses[0]])
        let bob = try #require(ids[Self.addresses[1]])
        #expect(ann.wholeMatch(of: /<1\.[0-9]\.[a-z2-7]{24}@example\.org>/) != nil, "\(ann)")

        // Bob knows his own Message-ID: with Ann's number, with another code of the same form, and with Ann's address beside it.
        let number = ann.split(separator: ".")[1]
        let parts = bob.split(separator: ".", maxSplits: 2)
        let numbered = "\(parts[0]).\(number).\(parts[2])"
        let guessed = ann.replacing(/[a-z2-7]{24}/, with: String(repeating: "a", count: 24))
        try run.write(
            "mbox",
            [(numbered, Self.addresses[0]), (guessed, Self.addresses[0]), (ann, "forwarded@else.example")].enumerated()
                .map { "From MAILER-DAEMON Thu Nov 26 10:00:00 2026\n\(Self.report($0, $1.0, of: $1.1))\n\n" }.joined())
        let output = try await run.must(["inbound", "--file", run.path("mbox")])
        #expect(output.hasPrefix("3 messages: 3 bounces"), "\(output)")
        try await poll("the true one is not booked: \(run.coordinator.errors)") {
            try await run.statistics().count("Bounced") == 1
        }
        #expect(try await run.must(["contacts", "show", Self.addresses[0]]).contains("no_such_user"))
        let nobody = try await run.must(["inbound", "events"])
        #expect(nobody.matches(of: /unknown delivery/).count == 2, "\(nobody)")
        #expect(try await run.statistics().count("Sent") == 2)
        try await run.must(["audit"])
        try await run.stop()
    }

    private static func report(_ number: Int, _ messageID: String, of recipient: String) -> String {
        """
        From: MAILER-DAEMON@mx.x.example
        To: fbl@example.org
        Subject: Undelivered Mail Returned to Sender
        Date: Thu, 26 Nov 2026 10:00:00 +0000
        Message-ID: <\(number)@mx.x.example>
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="b"

        --b
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.x.example

        Final-Recipient: rfc822; \(recipient)
        Action: failed
        Status: 5.1.1

        --b
        Content-Type: text/rfc822-headers

        From: Survey <s@example.org>
        To: \(recipient)
        Message-ID: \(messageID)
        Subject: Hi

        --b--
        """
    }
}
