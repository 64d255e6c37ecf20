import Foundation
import TestSupport
import Testing

@Suite("What a real mail server sends back", .serialized)
struct RealBounceTests {
    /// Each way in which Postfix may hand mail over.
    enum Way: String, CaseIterable, Sendable {
        case smtp, lmtp, starttls
    }

    @Test(
        "Postfix takes a campaign and returns it to the bounce domain: whom it could not reach is Bounced or Soft Bounced",
        .timeLimit(.minutes(3)), arguments: Way.allCases)
    func postfix(way: Way) async throws {
        let run = try await CampaignRun()
        let port = try #require(RedisServer.freePort())
        var arguments = ["inbound", "--data", run.data, "--listen", "127.0.0.1:\(port)", "--domain", InboundRun.domain]
        let certificates = try await TestCertificates()
        switch way {
        case .smtp: break
        case .lmtp: arguments += ["--lmtp"]
        case .starttls:
            arguments += [
                "--tls-certificate", certificates.path("server"), "--tls-key", certificates.path("server", "key"),
            ]
        }
        let inbound = try PostriderProcess(arguments)
        try await poll("inbound does not come up: \(inbound.errors)") { inbound.output.contains("is ready at") }
        let transports = [Way.smtp: "smtp:[127.0.0.1]", .lmtp: "lmtp:inet:127.0.0.1", .starttls: "secured:[127.0.0.1]"]
        let transport = try #require(transports[way])
        let postfix = try await MailServer(
            .postfix, template: "postfix-bouncing",
            values: ["INBOUND": "\(transport):\(port)", "RECEIVER": "\(run.relayPort)"])

        try await run.prepareCampaign(
            addresses: ["ok@example.net", "bounce1@example.net", "bounce2@example.net", "full-1-@example.net"])
        try await run.must(["campaign", "set", "c", "--bounce-domain", InboundRun.domain])
        try run.startWorker(["--relay", "smtp://127.0.0.1:\(postfix.port(.port))"])
        try await run.must(["campaign", "start", "c"])
        try await poll("they do not bounce: \(postfix.log) \(inbound.errors) \(run.coordinator.errors)") {
            try await run.statistics().count("Bounced") == 2
        }
        let history = try await run.must(["contacts", "show", "bounce1@example.net"])
        #expect(history.contains("no_such_user") && history.contains("Sent") && history.contains("Bounced"))
        // What was full is sent again, and taken then.
        try await poll("the full mailbox is not tried again: \(postfix.log)") {
            try run.accepted()["full-1-@example.net"] == 1
        }
        #expect(try await run.must(["contacts", "show", "full-1-@example.net"]).contains("mailbox_full"))
        #expect(try run.accepted()["ok@example.net"] == 1)
        try await run.must(["audit"])
        await postfix.stop()
        inbound.signal(SIGTERM)
        #expect(try await inbound.wait() == 0, "\(inbound.errors)")
        try await run.stop()
    }
}
