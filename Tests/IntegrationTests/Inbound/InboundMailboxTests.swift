import Foundation
import TestSupport
import Testing

@Suite("What comes back, out of mailboxes", .serialized)
struct InboundMailboxTests {
    @Test(
        "A Maildir, a mailbox file, standard input and SMTP: the same messages by four ways are booked once",
        .timeLimit(.minutes(3)))
    func fourWays() async throws {
        let run = try await InboundRun(contacts: 4)
        let maildir = run.run.path("Maildir")
        for folder in ["new", "cur", "tmp"] {
            try FileManager.default.createDirectory(
                atPath: "\(maildir)/\(folder)", withIntermediateDirectories: true)
        }
        for contact in 0..<3 { try run.run.write("Maildir/new/\(contact).mx", run.bounce(contact).message) }
        let maildirRun = try await Postrider.run(["inbound", "--data", run.run.data, "--maildir", maildir])
        #expect(maildirRun.status == 0, "\(maildirRun.errors)")
        #expect(maildirRun.output.hasPrefix("3 messages: 3 bounces"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: maildir + "/new").isEmpty)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: maildir + "/cur").sorted()
                == ["0.mx:2,S", "1.mx:2,S", "2.mx:2,S"])
        try await run.waitFor("Bounced", 3)

        try run.run.write(
            "mbox",
            (0..<3).map { "From MAILER-DAEMON Thu Nov 26 10:00:00 2026\n\(run.bounce($0).message)\n\n" }.joined())
        let file = try await Postrider.run(["inbound", "--data", run.run.data, "--file", run.run.path("mbox")])
        #expect(file.output.hasPrefix("3 messages: 3 bounces"), "\(file.errors)")
        // The address to which a mail server hands it over need not stand in the message.
        let bounce = run.bounce(0)
        let input = try await Postrider.run(
            ["inbound", "--data", run.run.data, "--file", "-", "--recipient", bounce.returnPath],
            input: InboundRun.report(0, to: "somebody@example.org").replacingOccurrences(
                of: "somebody@example.org", with: bounce.returnPath))
        #expect(input.status == 0 && input.output.isEmpty, "\(input.errors)")
        await BounceSender(port: run.port, bounces: [bounce]).send(connections: 1)
        try await poll("five are not known as repeated") { try run.fates()["repeated"] == 5 }
        #expect(try run.bouncesByDelivery() == [0: 1, 1: 1, 2: 1])
        #expect(try await run.run.statistics().count("Sent") == 1)
        try await run.stop()
    }

    @Test("A Maildir is watched until the program is told to stop", .timeLimit(.minutes(3)))
    func watched() async throws {
        let run = try await InboundRun(contacts: 1)
        let maildir = run.run.path("Maildir")
        for folder in ["new", "cur"] {
            try FileManager.default.createDirectory(
                atPath: "\(maildir)/\(folder)", withIntermediateDirectories: true)
        }
        let watcher = try PostriderProcess(["inbound", "--data", run.run.data, "--maildir", maildir, "--watch"])
        try await poll("it does not watch: \(watcher.errors)") { watcher.errors.contains("watching a mailbox") }
        try run.run.write("Maildir/new/0.mx", run.bounce(0).message)
        try await run.waitFor("Bounced", 1)
        watcher.signal(SIGTERM)
        #expect(try await watcher.wait() == 0, "\(watcher.errors)")
        try await run.stop()
    }

    @Test("A mail server's pipe hears by the exit status whether to try again or that there is no such address")
    func exitStatus() async throws {
        let directory = try TemporaryDirectory()
        let keys = try directory.file("tokens.key", "1 \(String(repeating: "ab", count: 32))\n")
        chmod(keys, 0o600)
        let missing = "unix://\(keys).sock"
        let later = try await Postrider.run(
            ["inbound", "--redis", missing, "--token-key-file", keys, "--file", "-"], input: "Subject: x\n\n")
        #expect(later.status == 75)
        let unknown = try await Postrider.run(
            ["inbound", "--redis", missing, "--token-key-file", keys, "--file", "-", "--recipient", "b-x@example.org"],
            input: "Subject: x\n\n")
        #expect(unknown.status == 67)
    }

    @Test(
        "What makes no sense is said before anything is done",
        arguments: [
            (["--listen", "127.0.0.1:0", "--maildir", "x"], "--listen does not go with a mailbox"),
            (["--maildir", "x", "--file", "y"], "only one goes"),
            (["--file", "y", "--watch"], "--watch needs --maildir, --imap or --pop3"),
            (["--imap", "imaps://ann@mail.example.org"], "need --password-file"),
            (["--maildir", "x", "--delete"], "--delete needs --imap"),
            ([], "say where to listen"),
            (["--listen", "127.0.0.1:0", "--tls-key", "x"], "go together"),
        ])
    func usage(arguments: [String], words: String) async throws {
        let run = try await Postrider.run(["inbound", "--data", "/nowhere"] + arguments)
        #expect(run.status == 64)
        #expect(run.errors.contains(words), "\(run.errors)")
    }
}
