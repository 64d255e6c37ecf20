import Delivery
import Foundation
import Inbound
import MailMessage
import Testing

@Suite("The same message twice is one event")
struct EventIdentityTests {
    private let sorter = InboundSorter(keys: Samples.keys)

    private func identity(_ message: String, _ job: DeliveryJob.ID = Samples.job) throws -> InboundEventID {
        try #require(sorter.sort(Array(message.utf8), to: [.returnPath(job)], at: .now).events.first?.id)
    }

    @Test(
        "whatever servers and mailboxes do to it on the way",
        arguments: [
            { "Received: from a by b; Thu, 26 Nov 2026 10:00:01 +0000\n" + $0 },
            { "Return-Path: <>\nDelivered-To: x@y.example\nX-Original-To: x@y.example\n" + $0 },
            { "X-Spam-Status: No\nAuthentication-Results: mx; none\n" + $0 },
            { $0.replacingOccurrences(of: "\n", with: "\r\n") },
            { "From MAILER-DAEMON Thu Nov 26 10:00:00 2026\n" + $0 },
            { $0 + "\n\n\n" },
            {
                $0.replacingOccurrences(
                    of: "Subject: Undelivered Mail Returned", with: "Subject: Undelivered\n Mail Returned")
            },
        ] as [@Sendable (String) -> String])
    func stays(change: @Sendable (String) -> String) throws {
        #expect(try identity(change(Samples.failure())) == identity(Samples.failure()))
    }

    @Test("a line that a mailbox file had to quote is the same line")
    func quotedFrom() throws {
        let message = Samples.failure().replacingOccurrences(
            of: "The mail system", with: "From here on:\nThe mail system")
        let quoted = message.replacingOccurrences(of: "From here", with: ">From here")
        #expect(try identity(quoted) == identity(message))
    }

    @Test("another recipient, another time, another text or another delivery is another event")
    func differs() throws {
        let first = try identity(Samples.failure())
        let later = Samples.failure().replacingOccurrences(of: "10:00:00", with: "11:00:00")
        #expect(try identity(Samples.failure(of: "bob@example.net")) != first)
        #expect(try identity(later) != first)
        #expect(try identity(Samples.failure(), Samples.other) != first)
    }

    @Test("a message of any length has the fingerprint of the part that is kept, line ends and added fields aside")
    func long() {
        let body = (0..<20_000).map { "line \($0) of a long message that was returned\n" }.joined()
        let message = Samples.failure() + body
        let other = "Received: from a by b\n" + message.replacingOccurrences(of: "\n", with: "\r\n")
        let kept = MessageFingerprint.requiredBytes
        #expect(other.utf8.count > kept)
        #expect(
            MessageFingerprint(of: Array(message.utf8)) == MessageFingerprint(of: Array(other.utf8.prefix(kept))))
    }
}
