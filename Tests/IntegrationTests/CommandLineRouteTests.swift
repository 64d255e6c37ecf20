import Foundation
import TestSupport
import Testing

@Suite("postrider route, with a real name server")
struct CommandLineRouteTests {
    private static let zones = [
        NameServer.Zone(
            "signed.example", .signed,
            [
                "@ MX 10 mx", "mx A 192.0.2.1", "_25._tcp.mx TLSA 3 1 1 \(String(repeating: "ab", count: 32))",
                "null MX 0 .", "plain MX 10 a", "plain MX 20 b", "a A 192.0.2.2", "a AAAA 2001:db8::2",
            ])
    ]

    private func run(_ arguments: [String], configuration: String = "") async throws -> Postrider.Output {
        let server = try await NameServer.start(Self.zones)
        defer { server.stop() }
        let directory = try TemporaryDirectory()
        let file = try directory.file(
            "postrider.yaml", "routing:\n  mtaSTS: false\n  trustAnchor: \(server.trustAnchorFile)\n" + configuration)
        return try await Postrider.run(
            ["route", "--config", file, "--resolver", server.address] + arguments)
    }

    @Test("people see the site, the hosts in the order of trial and what is demanded of TLS")
    func text() async throws {
        let run = try await run(["signed.example", "plain.signed.example"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.hasPrefix("signed.example: site mx.signed.example\n"))
        #expect(run.output.contains("mx.signed.example    25  192.0.2.1  dane  signed TLSA records (RFC 7672)"))
        #expect(run.output.contains("plain.signed.example: site a.signed.example+1~"))
        #expect(run.output.contains("192.0.2.2 2001:db8::2  opportunistic"))
        #expect(run.output.contains("b.signed.example is left out: it does not exist"))
    }

    @Test("programs get one object a line, and status 1 where mail has no way")
    func json() async throws {
        let run = try await run(
            ["relayed.example", "null.signed.example", "signed.example", "--format", "json"],
            configuration: "routes:\n  relayed.example: smtp://relay.example:2525\n")
        #expect(run.status == 1)
        let lines = try run.output.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        try #require(lines.count == 3, "\(run.errors)")
        #expect(lines[0]["relay"] as? String == "smtp://relay.example:2525")
        #expect(lines[0]["site"] as? String == "relay.example:2525")
        #expect(lines[1]["outcome"] as? String == "Bounced")
        #expect(lines[1]["rule"] as? String == "D2")
        let host = try #require((lines[2]["hosts"] as? [[String: Any]])?.first)
        #expect(host["tls"] as? String == "dane")
        #expect(host["tlsa"] as? [String] == ["3 1 1 " + String(repeating: "ab", count: 32)])
        #expect(host["names"] as? [String] == ["mx.signed.example", "signed.example"])
    }

    @Test(
        "what the configuration file says wrong about routes is told with its line",
        arguments: [
            ("routes:\n  example.org: relay.example\n", "line 2: routes.example.org: “relay.example” is neither"),
            ("routes: direct\n", "routes: it takes lines of the form key: value"),
            ("routing:\n  resolvers: system\n", "the key resolvers means nothing here"),
            ("routing:\n  addresses: ipv5\n", "“ipv5” is none of ipv4-first, ipv6-first, ipv4, ipv6"),
            ("routing:\n  port: 70000\n", "routing.port: it takes a number from 1 to 65535"),
            ("routing:\n  timeout: soon\n", "“soon” is not a duration"),
            ("routing:\n  dane: [true]\n", "routing.dane: it takes one value"),
            ("routing:\n  dane: perhaps\n", "routing.dane: it takes true or false"),
        ])
    func wrongConfiguration(content: String, message: String) async throws {
        let directory = try TemporaryDirectory()
        let file = try directory.file("postrider.yaml", content)
        let run = try await Postrider.run(["route", "--config", file, "example.org"])
        #expect(run.status != 0)
        #expect(run.errors.contains(message), "\(run.errors)")
    }
}
