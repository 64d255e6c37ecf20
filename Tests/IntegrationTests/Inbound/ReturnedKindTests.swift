import Foundation
import TestSupport
import Testing

@Suite("Each kind of mail that comes back")
struct ReturnedKindTests {
    @Test(
        "Sent by SMTP, each ends where the documentation says; out of a Maildir as well, it is booked no second time",
        .timeLimit(.minutes(3)))
    func kinds() async throws {
        let kinds = ReturnedKind.all
        let run = try await InboundRun(
            contacts: kinds.count, arguments: ["--complaints-address", "fbl@bounce.example.org"])
        let maildir = run.run.path("Maildir")
        for folder in ["new", "cur"] {
            try FileManager.default.createDirectory(
                atPath: "\(maildir)/\(folder)", withIntermediateDirectories: true)
        }
        let connection = try #require(LoopbackConnection(port: run.port))
        _ = connection.firstLine()
        _ = connection.ask("EHLO mx.site.example")
        for (contact, kind) in kinds.enumerated() {
            let address =
                switch kind.destination {
                case .returnPath: run.returnPath(contact)
                case .unsubscribe: run.unsubscribeAddress(contact)
                case .complaints: "fbl@bounce.example.org"
                }
            let message =
                "Message-ID: <\(contact)@mx.site.example>\n"
                + kind.message.replacingOccurrences(of: "TOKEN", with: run.returnPath(contact))
                .replacingOccurrences(of: "CONTACT", with: "ok\(contact)@site.example")
            #expect(connection.ask("MAIL FROM:<\(kind.sender)>").hasPrefix("250"))
            #expect(connection.ask("RCPT TO:<\(address)>").hasPrefix("250"))
            #expect(connection.ask("DATA").hasPrefix("354"))
            let content = message.replacingOccurrences(of: "\n", with: "\r\n")
            #expect(connection.ask(content + "\r\n.").hasPrefix("250"), "\(kind.name)")
            // Another server has it, too, and writes down how it came.
            try run.run.write(
                "Maildir/new/\(contact).mx", "Return-Path: <\(kind.sender)>\nDelivered-To: \(address)\n" + message)
        }
        let changes = kinds.filter { $0.reason != nil }.count
        try await poll("not all is booked: \(run.run.coordinator.errors)") {
            try run.fates().filter { $0.key != "ignored" }.values.reduce(0, +) >= changes
        }
        for round in 1...2 {
            for (contact, kind) in kinds.enumerated() {
                let shown = try await run.run.history(of: "ok\(contact)@site.example")
                let delivery = try #require(shown.deliveries.first)
                // Who is soft bounced is sent to again in a moment, and then has a line more.
                guard kind.status != "Soft Bounced" else {
                    #expect(delivery.events.contains { $0.outcome == kind.status && $0.reason == kind.reason })
                    continue
                }
                #expect(delivery.status == kind.status, "\(kind.name), round \(round)")
                #expect(delivery.events.count == (kind.reason == nil ? 2 : 3), "\(kind.name), round \(round)")
                if let reason = kind.reason { #expect(delivery.events.last?.reason == reason, "\(kind.name)") }
            }
            guard round == 1 else { break }
            let second = try await Postrider.run([
                "inbound", "--data", run.run.data, "--domain", InboundRun.domain, "--complaints-address",
                "fbl@bounce.example.org", "--maildir", maildir,
            ])
            #expect(second.status == 0 && second.output.hasPrefix("\(kinds.count) messages"), "\(second.errors)")
            #expect(second.output.contains("2 automatic replies, 2 others"), "\(second.output)")
            try await poll("not all is known as repeated: \((try? run.fates()) ?? [:])", limit: .seconds(10)) {
                // The automatic replies, which change nothing, as well.
                try run.fates()["repeated"] ?? 0 == changes + 2
            }
        }
        try await run.run.must(["audit"])
        let last = try await run.stopService()
        #expect(last.contains("2 automatic replies, 2 others"), "\(last)")
        try await run.stop()
    }
}
