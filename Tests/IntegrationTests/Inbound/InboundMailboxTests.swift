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
        "What is no mailbox is refused with its name before Redis is asked",
        arguments: [
            (["--file", "missing"], "there is no file"), (["--file", "empty"], "is empty"),
            (["--file", "picture"], "is no mail"), (["--file", "."], "is a directory"),
            (["--maildir", "missing"], "there is no directory"), (["--maildir", "."], "is no Maildir"),
        ])
    func noMailbox(arguments: [String], words: String) async throws {
        let directory = try TemporaryDirectory()
        let keys = try directory.file("tokens.key", "1 \(String(repeating: "ab", count: 32))\n")
        chmod(keys, 0o600)
        _ = try directory.file("empty", "")
        _ = try directory.file("picture", "%PDF-1.7\nFrom: x\n")
        let path = URL(filePath: keys).deletingLastPathComponent().appending(path: arguments[1]).path
        let run = try await Postrider.run([
            "inbound", "--redis", "unix://\(keys).sock", "--token-key-file", keys, arguments[0], path,
        ])
        #expect(run.status == 1)
        #expect(run.errors.contains(words) && run.errors.contains(path), "\(run.errors)")
    }

    @Test("A Redis that no coordinator has used is not waited for, unless a mailbox is watched")
    func unusedRedis() async throws {
        let redis = try await RedisServer.start()
        let directory = try TemporaryDirectory()
        let keys = try directory.file("tokens.key", "1 \(String(repeating: "ab", count: 32))\n")
        chmod(keys, 0o600)
        let run = try await Postrider.run(
            ["inbound", "--redis", redis.url, "--token-key-file", keys, "--file", "-"], input: "Subject: x\n\n")
        #expect(run.status == 75 && run.errors.contains("no coordinator has used this Redis"), "\(run.errors)")
        await redis.stop()
    }

    @Test(
        "A Maildir of which reading is stopped at any moment is read on by the next run, and what cannot be read stays and is told",
        .timeLimit(.minutes(3)))
    func interrupted() async throws {
        let count = size("POSTRIDER_MAILDIR_MESSAGES", usually: 3000)
        let run = try await InboundRun(contacts: 10)
        let maildir = run.run.path("Maildir")
        for folder in ["new", "cur"] {
            try FileManager.default.createDirectory(
                atPath: "\(maildir)/\(folder)", withIntermediateDirectories: true)
        }
        let messages = (0..<10).map { run.bounce($0).message }
        for number in 0..<count {
            let message = messages[number % 10].replacingOccurrences(
                of: "Message-ID: <", with: "Message-ID: <\(number).")
            try Data(message.utf8).write(to: URL(filePath: "\(maildir)/new/\(number).mx"))
        }
        try run.run.write("Maildir/new/empty.mx", "")
        try FileManager.default.createDirectory(atPath: maildir + "/new/folder", withIntermediateDirectories: true)
        func moved() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: maildir + "/cur").count }
        let arguments = ["inbound", "--data", run.run.data, "--maildir", maildir]
        for (part, signal) in [SIGINT, SIGKILL, SIGTERM].enumerated() {
            let reader = try PostriderProcess(arguments)
            try await poll("it does not read: \(reader.errors)") {
                try moved() > count * (part + 1) / 5 || !reader.isRunning
            }
            reader.signal(signal)
            #expect(try await reader.wait() != 0)
        }
        #expect(try moved() < count)
        let last = try await Postrider.run(arguments + ["--format", "json"])
        #expect(last.status == 1)
        #expect(last.output.contains(#""others":0,"left":2}"#), "\(last.output)")
        #expect(last.errors.contains("new/empty.mx is empty") && last.errors.contains("new/folder cannot be read"))
        #expect(try moved() == count)
        try await poll("not all is booked", limit: .seconds(90)) {
            let fates = try run.fates()
            return fates.values.reduce(0, +) - (fates["repeated"] ?? 0) == count
        }
        try await run.stop()
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
