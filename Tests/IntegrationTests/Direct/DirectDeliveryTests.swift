import Foundation
import TestSupport
import Testing

/// Campaigns that are sent to the servers that a real name server names.
@Suite("Delivery to each domain's own servers", .serialized)
struct DirectDeliveryTests {
    /// A world in which `mx.big.example` is the simulator, and nobody listens at 127.0.0.2 and 127.0.0.3.
    private static func zones(_ tlsa: [String]) -> [NameServer.Zone] {
        [
            NameServer.Zone(
                "big.example", .signed,
                ["mx A 127.0.0.1", "trusted A 127.0.0.1", "mistrusted A 127.0.0.1"] + tlsa),
            NameServer.Zone("a.example", .unsigned, ["@ MX 10 mx.big.example."]),
            NameServer.Zone("b.example", .unsigned, ["@ MX 10 mx.big.example."]),
            NameServer.Zone("c.example", .unsigned, ["@ MX 10 down", "@ MX 20 mx.big.example.", "down A 127.0.0.2"]),
            NameServer.Zone("implicit.example", .unsigned, ["@ A 127.0.0.1"]),
            NameServer.Zone("null.example", .unsigned, ["@ MX 0 ."]),
            NameServer.Zone("dead.example", .unsigned, ["@ MX 10 mx", "mx A 127.0.0.3"]),
            NameServer.Zone("broken.example", .broken),
            NameServer.Zone("trusted.example", .signed, ["@ MX 10 trusted.big.example."]),
            NameServer.Zone("mistrusted.example", .signed, ["@ MX 10 mistrusted.big.example."]),
        ]
    }

    /// A campaign whose coordinator and workers ask this world's name server.
    private func run(
        tlsa: [String] = [], simulatorArguments: [String] = [], more: String = ""
    ) async throws -> (run: CampaignRun, server: NameServer, configuration: String) {
        let port = try #require(RedisServer.freePort())
        let server = try await NameServer.start(Self.zones(tlsa))
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("pr-\(UUID().uuidString).yaml")
        try """
        direct: true
        routing:
          resolver: ["\(server.address)"]
          trustAnchor: \(server.trustAnchorFile)
          port: \(port)
          loopback: true
          mtaSTS: false
        \(more.replacing("PORT", with: "\(port)"))
        """.write(to: file, atomically: true, encoding: .utf8)
        let run = try await CampaignRun(
            coordinatorArguments: ["--config", file.path],
            simulatorArguments: simulatorArguments + ["--listen", "127.0.0.1:\(port)"])
        return (run, server, file.path)
    }

    private func reason(_ run: CampaignRun, _ address: String) async throws -> String {
        try await run.must(["contacts", "show", address])
    }

    @Test(
        "Every way that the DNS knows ends as it should; domains that share a server share a lane",
        .timeLimit(.minutes(5)))
    func ways() async throws {
        let (run, server, configuration) = try await run()
        let reachable = ["a", "b", "c", "implicit"].flatMap { domain in (0..<50).map { "ok\($0)@\(domain).example" } }
        let dead = (0..<5).map { "ok\($0)@dead.example" }
        let others = ["ok@null.example", "ok@gone.example", "ok@broken.example"]
        try await run.prepareCampaign(addresses: reachable + dead + others)
        try await run.must(["campaign", "start", "c"])
        try await poll("nothing waits: \(run.coordinator.errors)") {
            try await run.must(["queue", "status"]).contains("mx.big.example")
        }
        let lanes = try await run.must(["queue", "status"])
        #expect(!lanes.contains("a.example") && !lanes.contains("b.example"), "\(lanes)")

        try run.startWorker(["--config", configuration, "--connections", "8"])
        try await poll("not all are sent: \(run.workers[0].errors)") {
            try await run.statistics().count("Sent") == reachable.count
        }
        #expect(try run.accepted() == Dictionary(uniqueKeysWithValues: reachable.map { ($0, 1) }))
        try await poll("dead.example is not found to be down: \(run.workers[0].errors)") {
            try await run.statistics().count("Soft Bounced") == 1
        }
        #expect(try await reason(run, "ok@null.example").contains("null_mx"))
        #expect(try await reason(run, "ok@gone.example").contains("no_such_domain"))
        try await poll("broken.example is not deferred") {
            try await reason(run, "ok@broken.example").contains("dns_temporary")
        }
        // One contact told of it; the others wait until the site is tried again.
        var unreachable = 0
        for address in dead where try await reason(run, address).contains("unreachable") { unreachable += 1 }
        #expect(unreachable == 1)
        #expect(try await run.must(["pace", "show", "mx.dead.example"]).contains("mx.dead.example"))
        try await run.must(["campaign", "cancel", "c"])
        try await run.must(["audit", "c"])
        try await run.stop()
        server.stop()
    }

    @Test(
        "DANE decides: the server whose key the DNS names gets mail under TLS, another gets none",
        .timeLimit(.minutes(5)))
    func dane() async throws {
        let certificates = try await TestCertificates()
        let key = try await Tool.run([
            "sh", "-c",
            "openssl x509 -in \(certificates.path("server")) -pubkey -noout | openssl pkey -pubin -outform DER | sha256sum",
        ]).prefix(64)
        let (run, server, configuration) = try await run(
            tlsa: [
                "_25._tcp.trusted TLSA 3 1 1 \(key)",
                "_25._tcp.mistrusted TLSA 3 1 1 \(String(repeating: "0", count: 64))",
            ],
            simulatorArguments: [
                "--tls-certificate", certificates.path("server"), "--tls-key", certificates.path("server", "key"),
            ])
        try await run.prepareCampaign(
            addresses: (0..<20).map { "ok\($0)@trusted.example" } + ["ok@mistrusted.example"])
        try run.startWorker(["--config", configuration])
        try await run.must(["campaign", "start", "c"])
        try await poll("not all are sent: \(run.workers[0].errors)") {
            try await run.statistics().count("Sent") == 20
        }
        try await poll("the other is not deferred: \(run.workers[0].errors)") {
            try await reason(run, "ok@mistrusted.example").contains("tls_policy")
        }
        #expect(try run.acceptances().count == 20)
        try await run.must(["campaign", "cancel", "c"])
        try await poll("how TLS went is not told") {
            let counts = try await run.must(["queue", "tls"])
            return counts.contains("tlsa-invalid at mistrusted.big.example") && counts.contains("trusted.big.example")
        }
        let json = try await run.must(["queue", "tls", "--domain", "trusted.big.example", "--format", "json"])
        #expect(
            json.contains("\"policy-type\":\"tlsa\"") && json.contains("\"total-failure-session-count\":0"), "\(json)")
        #expect(!json.contains("mistrusted") && json.contains("\"failure-details\":[]"))
        #expect(try await run.run(["queue", "tls", "--day", "yesterday"]).status == 64)
        #expect(try await run.must(["queue", "tls", "--day", "2026-01-01"]).hasPrefix("nothing was counted"))

        try await requireTLS(run)
        try await run.stop()
        server.stop()
    }

    /// A campaign that requires TLS goes to the server that has proved who it is, and to no other.
    private func requireTLS(_ run: CampaignRun) async throws {
        try run.write("more.csv", "email,firstName\nok@trusted.example,Ann\nok@a.example,Bob\n")
        try await run.must(["contacts", "import", run.path("more.csv"), "--list", "more"])
        try await run.must(["licences", "add", "2"])
        try await run.must([
            "campaign", "create", "safe", "--list", "more", "--from", "s@example.org", "--subject", "Hi", "--text",
            run.path("text.txt"), "--require-tls",
        ])
        try await run.must(["campaign", "start", "safe"])
        try await poll("nothing is sent: \(run.workers[0].errors)") {
            let numbers = try await run.statistics(of: "safe")
            return numbers.count("Sent") == 1 && numbers.count("Deferred") == 1
        }
        #expect(try await reason(run, "ok@a.example").contains("REQUIRETLS"))
        let late = try await run.run(["campaign", "set", "safe", "--no-require-tls"])
        #expect(late.status == 1 && late.errors.contains("before the start"), "\(late.errors)")
        try await run.must(["campaign", "cancel", "safe"])
    }

    @Test("A route of the configuration file comes before the DNS, and --divert-to before all", .timeLimit(.minutes(5)))
    func routes() async throws {
        let (run, server, configuration) = try await run(
            more: "routes:\n  dead.example: smtp://127.0.0.1:PORT\n  \"*.gone.example\": smtp://127.0.0.1:PORT\n")
        let addresses = (0..<20).map { "ok\($0)@dead.example" } + ["ok@x.gone.example", "ok@a.example"]
        try await run.prepareCampaign(addresses: addresses)
        let worker = try run.startWorker(["--config", configuration])
        try await run.must(["campaign", "start", "c"])
        _ = try await run.finish(limit: .seconds(60))
        #expect(try run.accepted() == Dictionary(uniqueKeysWithValues: addresses.map { ($0, 1) }))
        worker.signal(SIGTERM)
        try await worker.wait()

        try await run.must([
            "campaign", "create", "d", "--list", "l", "--from", "s@example.org", "--subject", "Hi", "--text",
            run.path("text.txt"),
        ])
        try await run.must(["licences", "add", "\(addresses.count)"])
        try run.startWorker(["--config", configuration, "--divert-to", "ok.tester@b.example"])
        try await run.must(["campaign", "start", "d"])
        try await poll("the tester does not get everything: \(run.workers.last?.errors ?? "")") {
            try run.accepted()["ok.tester@b.example"] == addresses.count
        }
        try await run.stop()
        server.stop()
    }
}
