import Foundation
import TestSupport
import Testing

@Suite("What comes back, by SMTP", .serialized)
struct InboundServiceTests {
    @Test(
        "A bounce to a token's address is booked, once however often it comes; forged and foreign addresses are refused",
        .timeLimit(.minutes(3)))
    func addresses() async throws {
        let run = try await InboundRun(contacts: 5, arguments: ["--complaints-address", "fbl@bounce.example.org"])
        let connection = try #require(LoopbackConnection(port: run.port))
        #expect(connection.firstLine()?.contains(" ESMTP Postrider") == true)
        #expect(connection.ask("EHLO mx.example.net").contains("PIPELINING"))

        #expect(connection.ask("MAIL FROM:<>").hasPrefix("250"))
        let token = run.returnPath(0)
        let forged = String(token.dropLast(InboundRun.domain.count + 2)) + "a@" + InboundRun.domain
        let others = [forged == token ? "b-x@\(InboundRun.domain)" : forged, "ann@\(InboundRun.domain)"]
        for address in others { #expect(connection.ask("RCPT TO:<\(address)>").hasPrefix("550 5.1.1"), "\(address)") }
        let foreign = token.replacingOccurrences(of: InboundRun.domain, with: "elsewhere.example")
        #expect(connection.ask("RCPT TO:<\(foreign)>").hasPrefix("550 5.7.1"))
        #expect(connection.ask("RSET").hasPrefix("250"))

        for _ in 0..<2 { #expect(BounceSender.deliver(run.bounce(0), on: connection)) }
        // The same message over another connection, with what servers on the way add.
        let again = try #require(LoopbackConnection(port: run.port))
        _ = again.firstLine()
        #expect(again.ask("HELO mx.example.net").hasPrefix("250"))
        var bounce = run.bounce(0)
        bounce.message = "Received: from mx.example.net by relay.example.net\n" + bounce.message
        #expect(BounceSender.deliver(bounce, on: again))
        try await run.waitFor("Bounced", 1)
        try await poll("two are not known as repeated") { try run.fates()["repeated"] == 2 }
        #expect(try run.bouncesByDelivery() == [0: 1])

        // A letter is taken and says nothing; a mail to the address for leaving does.
        let letter = BounceSender.Bounce(
            returnPath: run.returnPath(1), message: "From: ok1@site.example\nSubject: Hello\n\nWho are you?")
        #expect(BounceSender.deliver(letter, on: connection))
        let farewell = BounceSender.Bounce(
            returnPath: run.unsubscribeAddress(2), message: "From: ok2@site.example\nSubject: unsubscribe\n")
        #expect(BounceSender.deliver(farewell, on: connection))
        // A complaint without a token in its address finds its contact by the returned message.
        let complaint = """
            From: feedback@provider.example
            Subject: complaint
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=feedback-report; boundary=c

            --c
            Content-Type: message/feedback-report

            Feedback-Type: abuse

            --c
            Content-Type: message/rfc822

            Return-Path: <\(run.returnPath(3))>
            Subject: Hi

            Hello
            --c--
            """
        #expect(
            BounceSender.deliver(.init(returnPath: "fbl@bounce.example.org", message: complaint), on: connection))
        try await run.waitFor("Unsubscribed", 1)
        try await run.waitFor("Spam", 1)
        let end = try await run.run.statistics()
        #expect(end.count("Sent") == 2 && end.count("Bounced") == 1)
        try await run.run.must(["audit"])
        let last = try await run.stopService()
        #expect(last.contains("6 messages: 3 bounces, 1 complaints, 1 unsubscriptions, 0 automatic replies, 1 others"))
        #expect(!run.service.errors.contains("site.example"), "no address in the log")
        try await run.stop()
    }

    @Test("While Redis is away senders are told to try again, and afterwards all is booked", .timeLimit(.minutes(3)))
    func redisAway() async throws {
        let redis = try await RedisServer.start(configuration: ["appendonly yes", "appendfsync everysec"])
        let run = try await InboundRun(contacts: 3, redis: redis.url)
        await redis.kill()
        let connection = try #require(LoopbackConnection(port: run.port))
        _ = connection.firstLine()
        _ = connection.ask("EHLO mx.example.net")
        let bounce = run.bounce(0)
        #expect(connection.ask("MAIL FROM:<>").hasPrefix("250"))
        #expect(connection.ask("RCPT TO:<\(bounce.returnPath)>").hasPrefix("250"))
        #expect(connection.ask("DATA").hasPrefix("354"))
        let content = bounce.message.replacingOccurrences(of: "\n", with: "\r\n") + "\r\n."
        #expect(connection.ask(content).hasPrefix("451 4.3.0"))
        #expect(run.service.errors.contains("messages cannot be kept"))
        try await redis.restart()
        let sender = BounceSender(port: run.port, bounces: (0..<3).map { run.bounce($0) })
        await sender.send(connections: 1)
        try await run.waitFor("Bounced", 3)
        #expect(try run.bouncesByDelivery() == [0: 1, 1: 1, 2: 1])
        #expect(run.service.errors.contains("messages are kept again"))
        try await run.run.must(["audit"])
        try await run.stop()
        await redis.stop()
    }

    @Test(
        "In the middle of a flood inbound, the coordinator and Redis are killed: every message that was answered 250 is booked once",
        .timeLimit(.minutes(5)))
    func killed() async throws {
        let count = size("POSTRIDER_INBOUND_MESSAGES", usually: 2000)
        let redis = try await RedisServer.start(configuration: ["appendonly yes", "appendfsync everysec"])
        let run = try await InboundRun(contacts: count, redis: redis.url)
        let sender = BounceSender(port: run.port, bounces: (0..<count).map { run.bounce($0) })
        async let sent: Void = sender.send(connections: 8)
        for part in 1...4 {
            try await poll("the flood does not go on") { sender.accepted >= count * part / 5 }
            switch part {
            case 1, 4: try await run.replaceService()
            case 2: try await run.run.replaceCoordinator()
            default:
                await redis.kill()
                try await redis.restart()
            }
        }
        await sent
        #expect(sender.accepted == count)
        try await run.waitFor("Bounced", count)
        let bounces = try run.bouncesByDelivery()
        #expect(bounces.count == count && bounces.values.allSatisfy { $0 == 1 })
        try await run.run.must(["audit"])
        print("inbound, coordinator and Redis killed: \(count) booked, \(try run.fates()["repeated"] ?? 0) came again")
        try await run.stop()
        await redis.stop()
    }

    @Test(
        "At SIGTERM the message that is under way is finished, and idle connections hear 421", .timeLimit(.minutes(3)))
    func graceful() async throws {
        let run = try await InboundRun(contacts: 1)
        let idle = try #require(LoopbackConnection(port: run.port))
        _ = idle.firstLine()
        let busy = try #require(LoopbackConnection(port: run.port))
        _ = busy.firstLine()
        _ = busy.ask("EHLO mx.example.net")
        let bounce = run.bounce(0)
        _ = busy.ask("MAIL FROM:<>")
        _ = busy.ask("RCPT TO:<\(bounce.returnPath)>")
        #expect(busy.ask("DATA").hasPrefix("354"))
        run.service.signal(SIGTERM)
        #expect(idle.firstLine()?.hasPrefix("421 4.3.2") == true)
        #expect(busy.ask(bounce.message.replacingOccurrences(of: "\n", with: "\r\n") + "\r\n.").hasPrefix("250"))
        #expect(busy.firstLine()?.hasPrefix("421 4.3.2") == true)
        #expect(try await run.service.wait() == 0)
        try await run.waitFor("Bounced", 1)
        try await run.stop()
    }

    @Test(
        "Messages of many megabytes are read by their beginning, and memory does not grow with them",
        .timeLimit(.minutes(3)))
    func large() async throws {
        let run = try await InboundRun(contacts: 4, arguments: ["--max-message-size", "20000000"])
        let before = try run.peakMemory()
        let line = String(repeating: "x", count: 70) + "\n"
        let bulk = String(repeating: line, count: 10_000_000 / line.utf8.count)
        let bounces = (0..<4).map { contact in
            var bounce = run.bounce(contact)
            bounce.message += "\n" + bulk
            return bounce
        }
        let sender = BounceSender(port: run.port, bounces: bounces)
        await sender.send(connections: 4)
        try await run.waitFor("Bounced", 4)
        let growth = try run.peakMemory() - before
        #expect(growth < 24 << 20, "\(growth) bytes for 40 MB of messages")

        let connection = try #require(LoopbackConnection(port: run.port))
        _ = connection.firstLine()
        #expect(connection.ask("EHLO mx.example.net").contains("SIZE 20000000"))
        #expect(connection.ask("MAIL FROM:<> SIZE=20000001").hasPrefix("552 5.3.4"))
        try await run.stop()
    }

    @Test(
        "More connections than may be, and more messages than a connection may bring, hear 421", .timeLimit(.minutes(3))
    )
    func limits() async throws {
        let run = try await InboundRun(
            contacts: 3, arguments: ["--max-connections", "2", "--messages-per-connection", "2"])
        let first = try #require(LoopbackConnection(port: run.port))
        #expect(first.firstLine()?.hasPrefix("220") == true)
        let second = try #require(LoopbackConnection(port: run.port))
        #expect(second.firstLine()?.hasPrefix("220") == true)
        let third = try #require(LoopbackConnection(port: run.port))
        #expect(third.firstLine()?.hasPrefix("421 4.3.2") == true)
        _ = first.ask("EHLO mx.example.net")
        for contact in 0..<2 { #expect(BounceSender.deliver(run.bounce(contact), on: first)) }
        #expect(first.ask("MAIL FROM:<>").hasPrefix("421 4.7.0"))
        // Who guesses addresses is sent away, too.
        _ = second.ask("EHLO guesser.example")
        _ = second.ask("MAIL FROM:<>")
        let answers = (0..<50).map { second.ask("RCPT TO:<b-\($0)@\(InboundRun.domain)>") }
        #expect(answers.dropLast().allSatisfy { $0.hasPrefix("550 5.1.1") })
        #expect(answers.last?.hasPrefix("421 4.7.0") == true)
        try await run.waitFor("Bounced", 2)
        try await run.stop()
    }

    @Test(
        "Of five hundred clients and one the last is refused, and whatever the others send memory is bounded and mail is taken",
        .timeLimit(.minutes(3)))
    func abused() async throws {
        let run = try await InboundRun(contacts: 1)
        let before = try run.peakMemory()
        var clients = try (0..<500).map { _ in try #require(LoopbackConnection(port: run.port)) }
        #expect(clients.allSatisfy { $0.firstLine()?.hasPrefix("220") == true })
        let last = try #require(LoopbackConnection(port: run.port))
        #expect(last.firstLine()?.hasPrefix("421 4.3.2") == true)
        let line = String(repeating: "x", count: 64 << 10)
        let address = run.returnPath(0)
        for (number, client) in clients.enumerated() {
            switch number % 3 {
            case 0: #expect(client.ask(line).hasPrefix("500"))
            case 1:
                // A message that goes on and on.
                client.send("EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<\(address)>\r\nDATA\r\n")
                for _ in 0..<16 { client.send(line + "\r\n") }
            default: client.send(String(repeating: "NOOP\r\n", count: 20_000))
            }
        }
        // What clients have sent is read when one that came later is answered.
        #expect(clients[0].ask("NOOP").hasPrefix("250"))
        let growth = try run.peakMemory() - before
        #expect(growth < (500 * 256 << 10) + (64 << 20), "\(growth >> 20) MiB")
        print("500 clients that mean no good: \(growth >> 20) MiB")
        clients = []
        await BounceSender(port: run.port, bounces: [run.bounce(0)]).send(connections: 1)
        try await run.waitFor("Bounced", 1)
        try await run.stop()
    }
}
