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
        #expect(refused.status == 75 && refused.errors.contains("ann at imaps://localhost"), "\(refused.errors)")
        #expect(refused.errors.contains("AUTHENTICATIONFAILED") && refused.errors.contains("--password-file"))
        #expect(!refused.errors.contains("wrong"))
        await dovecot.stop()
        try await run.stop()
    }

    @Test(
        "Tens of thousands of messages are read over one connection, each once, in memory that does not grow with them",
        .timeLimit(.minutes(15)), arguments: ["imap", "imap --delete", "pop3"])
    func large(way: String) async throws {
        // IMAP and POP3 are asked in several parts.
        let count = size("POSTRIDER_MAILBOX_MESSAGES", usually: 4500)
        let run = try await InboundRun(contacts: 10)
        let dovecot = try await DovecotServer(password: "dear-secret")
        try run.run.write("password", "dear-secret\n")
        let messages = (0..<10).map { run.bounce($0).message }
        try await dovecot.deliver(count) { number in
            messages[number % 10].replacingOccurrences(of: "Message-ID: <", with: "Message-ID: <\(number).")
        }
        let deleted = way != "imap"
        if deleted { try await dovecot.deliverDeleted(run.bounce(0).message, name: "other.mx") }
        let address =
            way == "pop3" ? "pop3s://ann@localhost:\(dovecot.pop3Port)" : "imaps://ann@localhost:\(dovecot.imapPort)"
        let arguments =
            [
                "inbound", "--data", run.run.data, "--password-file", run.run.path("password"), "--mailbox-ca",
                dovecot.certificates.path("ca"), way == "pop3" ? "--pop3" : "--imap", address,
            ] + (way == "imap --delete" ? ["--delete"] : [])
        let start = ContinuousClock.now
        let reader = try PostriderProcess(arguments)
        var peak = 0
        try await poll("it does not end: \(reader.errors)", limit: .seconds(100 + count / 50)) {
            peak = max(peak, InboundRun.peakMemory(of: reader.pid) ?? 0)
            return !reader.isRunning
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        // By POP3 what is marked as deleted is a message like others.
        let expected = way == "pop3" ? count + 1 : count
        #expect(try await reader.wait() == 0, "\(reader.errors)")
        #expect(reader.output.filter { $0 != "," }.hasPrefix("\(expected) messages: \(expected) bounces"))
        #expect(peak < 96 << 20, "\(peak) bytes")
        #expect(dovecot.logins == (way == "pop3" ? (expected + 1999) / 2000 : 1), "\(dovecot.log)")
        #expect(try dovecot.count() == (way == "pop3" ? 0 : deleted ? 1 : count))
        try await poll("not all is booked", limit: .seconds(120)) {
            try run.fates().values.reduce(0, +) == expected
        }
        #expect(try run.fates()["repeated"] ?? 0 == 0)
        let again = try await Postrider.run(arguments)
        #expect(again.status == 0 && again.output.hasPrefix("0 messages"), "\(again.output) \(again.errors)")
        print("\(way): \(expected) messages, \(Int(Double(expected) / seconds)) a second, \(peak >> 20) MiB")
        await dovecot.stop()
        try await run.stop()
    }

    @Test(
        "Redis is killed in the middle: what is marked or deleted is booked, and the next run takes the rest",
        .timeLimit(.minutes(4)), arguments: ["imap", "imap --delete", "pop3"])
    func redisKilled(way: String) async throws {
        let count = 1500
        let redis = try await RedisServer.start(configuration: ["appendonly yes", "appendfsync everysec"])
        let run = try await InboundRun(contacts: 10, redis: redis.url)
        let dovecot = try await DovecotServer(password: "dear-secret")
        try run.run.write("password", "dear-secret\n")
        let messages = (0..<10).map { run.bounce($0).message }
        try await dovecot.deliver(count) { number in
            messages[number % 10].replacingOccurrences(of: "Message-ID: <", with: "Message-ID: <\(number).")
        }
        let address =
            way == "pop3" ? "pop3s://ann@localhost:\(dovecot.pop3Port)" : "imaps://ann@localhost:\(dovecot.imapPort)"
        let arguments =
            [
                "inbound", "--redis", redis.url, "--token-key-file", run.run.data + "/tokens.key", "--password-file",
                run.run.path("password"), "--mailbox-ca", dovecot.certificates.path("ca"),
                way == "pop3" ? "--pop3" : "--imap", address,
            ] + (way == "imap --delete" ? ["--delete"] : [])
        func booked() throws -> Int {
            let fates = try run.fates()
            return fates.values.reduce(0, +) - (fates["repeated"] ?? 0)
        }
        let reader = try PostriderProcess(arguments)
        try await poll("it books nothing: \(reader.errors)") { try booked() > 100 }
        await redis.kill()
        #expect(try await reader.wait(limit: .seconds(120)) == 75, "\(reader.errors)")
        #expect(reader.errors.contains("Before it stopped"), "\(reader.errors)")
        let remaining = try dovecot.count()
        try await redis.restart()
        // Of POP3 what was read is deleted with the goodbye, of IMAP at once.
        if way != "imap" {
            try await poll("what is deleted is not booked", limit: .seconds(60)) { try booked() >= count - remaining }
        }
        let next = try await Postrider.run(arguments)
        #expect(next.status == 0, "\(next.errors)")
        #expect(try dovecot.count() == (way == "imap" ? count : 0))
        try await poll("not all is booked", limit: .seconds(60)) { try booked() == count }
        print("\(way), Redis killed: \(count - remaining) were gone by then")
        await dovecot.stop()
        try await run.stop()
        await redis.stop()
    }

    @Test(
        "A server that is not trusted, or whose certificate bears another name, hears no password",
        .timeLimit(.minutes(2)), arguments: [("DNS:localhost", false), ("DNS:mail.example.org", true)])
    func untrusted(names: String, isTrusted: Bool) async throws {
        let run = try await InboundRun(contacts: 1)
        let dovecot = try await DovecotServer(password: "dear-secret", names: names)
        try run.run.write("password", "dear-secret\n")
        let result = try await Postrider.run(
            [
                "inbound", "--data", run.run.data, "--password-file", run.run.path("password"), "--imap",
                "imaps://ann@localhost:\(dovecot.imapPort)",
            ] + (isTrusted ? ["--mailbox-ca", dovecot.certificates.path("ca")] : []))
        #expect(result.status == 75)
        #expect(result.errors.contains("imaps://localhost") && result.errors.contains("--mailbox-ca"))
        #expect(!dovecot.log.contains("Login"), "\(dovecot.log)")
        await dovecot.stop()
        try await run.stop()
    }
}
