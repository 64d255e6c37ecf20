import Foundation
import TestSupport
import Testing

@Suite("What comes back, out of a mailbox on a server", .serialized)
struct RemoteMailboxTests {
    @Test(
        "Dovecot's mailbox by IMAP and by POP3: marked or deleted when it is safe, booked once",
        .timeLimit(.minutes(3)))
    func dovecot() async throws {
        let run = try await InboundRun(contacts: 4)
        let dovecot = try await DovecotServer(password: "dear-secret")
        try run.run.write("password", "dear-secret\n")
        for contact in 0..<3 { try await dovecot.deliver(run.bounce(contact).message, name: "\(contact).mx") }
        let common = [
            "inbound", "--data", run.run.data, "--password-file", run.run.path("password"), "--mailbox-ca",
            dovecot.certificates.path("ca"),
        ]
        let imap = common + ["--imap", "imaps://ann@localhost:\(dovecot.imapPort)/INBOX"]
        let pop3 = common + ["--pop3", "pop3s://ann@localhost:\(dovecot.pop3Port)"]

        let first = try await Postrider.run(imap)
        #expect(first.status == 0 && first.output.hasPrefix("3 messages: 3 bounces"), "\(first.errors) \(dovecot.log)")
        try await run.waitFor("Bounced", 3)
        #expect(try dovecot.count() == 3)
        // What is marked is not read again, what arrives is.
        try await dovecot.deliver(
            "From: ok3@site.example\nTo: \(run.returnPath(3))\nSubject: Hello\n\nWho are you?\n", name: "3.mx")
        let second = try await Postrider.run(imap)
        #expect(second.output.hasPrefix("1 message: 0 bounces"), "\(second.errors)")
        let third = try await Postrider.run(imap)
        #expect(third.output.hasPrefix("0 messages"), "\(third.errors)")

        // POP3 knows no marks: all are read, and are gone.
        let fourth = try await Postrider.run(pop3)
        #expect(
            fourth.status == 0 && fourth.output.hasPrefix("4 messages: 3 bounces"), "\(fourth.errors) \(dovecot.log)")
        #expect(try dovecot.count() == 0)
        try await dovecot.deliver(run.bounce(3).message, name: "4.mx")
        let fifth = try await Postrider.run(imap + ["--delete"])
        #expect(fifth.output.hasPrefix("1 message: 1 bounces"), "\(fifth.errors)")
        #expect(try dovecot.count() == 0)
        try await run.waitFor("Bounced", 4)
        #expect(try run.fates()["repeated"] == 3)
        #expect(try run.bouncesByDelivery().values.allSatisfy { $0 == 1 })
        try await run.run.must(["audit"])

        try run.run.write("password", "wrong\n")
        let refused = try await Postrider.run(imap)
        #expect(refused.status == 75 && refused.errors.contains("localhost"), "\(refused.errors)")
        await dovecot.stop()
        try await run.stop()
    }

    @Test("A server that is not trusted hears no password", .timeLimit(.minutes(2)))
    func untrusted() async throws {
        let run = try await InboundRun(contacts: 1)
        let dovecot = try await DovecotServer(password: "dear-secret")
        try run.run.write("password", "dear-secret\n")
        let result = try await Postrider.run([
            "inbound", "--data", run.run.data, "--password-file", run.run.path("password"), "--imap",
            "imaps://ann@localhost:\(dovecot.imapPort)",
        ])
        #expect(result.status == 75)
        #expect(!dovecot.log.contains("Login"), "\(dovecot.log)")
        await dovecot.stop()
        try await run.stop()
    }
}
