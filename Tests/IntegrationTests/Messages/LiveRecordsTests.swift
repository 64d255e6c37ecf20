import Foundation
import TestSupport
import Testing

/// What is published of a sender, looked up in the DNS: with a real name server.
@Suite("Records of senders in the DNS", .timeLimit(.minutes(3)))
struct LiveRecordsTests {
    /// A name server that publishes a key of `example.org` with SPF and DMARC, and a configuration file that asks it.
    private func world() async throws -> (server: NameServer, directory: URL, configuration: String) {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("pr-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        func path(_ name: String) -> String { directory.appendingPathComponent(name).path }
        let made = try await Postrider.run([
            "dkim", "keygen", "example.org", "--selector", "live", "--output", path("key.pem"),
        ])
        try #require(made.status == 0, "\(made.errors)")
        let server = try await NameServer.start([
            NameServer.Zone(
                "example.org", .signed,
                made.output.split(separator: "\n").map(String.init) + [
                    "@ TXT \"v=spf1 ip4:192.0.2.1 -all\"", "_dmarc TXT \"v=DMARC1; p=none\"",
                ]),
            NameServer.Zone("bare.example", .unsigned, ["@ A 192.0.2.1", "@ TXT \"v=spf1 +all\""]),
            NameServer.Zone("dark.example", .broken),
        ])
        try """
        dkim:
          - {domain: example.org, selector: live, keyFile: \(path("key.pem"))}
        routing:
          resolver: ["\(server.address)"]
          trustAnchor: \(server.trustAnchorFile)
          timeout: 3s
        """.write(toFile: path("postrider.yaml"), atomically: true, encoding: .utf8)
        return (server, directory, path("postrider.yaml"))
    }

    @Test("campaign check says what a sender's domain lacks, and nothing of one that has all")
    func campaignCheck() async throws {
        let (server, directory, configuration) = try await world()
        defer { try? FileManager.default.removeItem(at: directory) }
        let run = try await CampaignRun(coordinatorArguments: ["--config", configuration])
        try await run.prepareCampaign(addresses: ["ann@one.example"])
        for (name, sender) in [("bare", "s@bare.example"), ("dark", "s@dark.example")] {
            try await run.must([
                "campaign", "create", name, "--list", "l", "--from", sender, "--subject", "Hi", "--text",
                run.path("text.txt"),
            ])
        }
        func check(_ name: String) async throws -> Postrider.Output {
            try await run.run(["campaign", "check", name, "--config", configuration])
        }
        let good = try await check("c")
        for record in ["spf", "dkim", "dmarc"] { #expect(!good.output.contains(record + "-"), "\(good.output)") }
        let bare = try await check("bare")
        #expect(bare.status == 1)
        for words in [
            "error spf-open (domain bare.example)", "error dkim-missing (domain live._domainkey.bare.example)",
            "error dmarc-missing (domain bare.example)",
        ] {
            #expect(bare.output.contains(words), "\(bare.output)")
        }
        let dark = try await check("dark")
        #expect(
            dark.output.contains("cannot be looked up now") && !dark.output.contains("dmarc-missing"), "\(dark.output)")
        try await run.stop()
        server.stop()
    }

    @Test("dkim check takes the key from the DNS, and sees a message that was changed")
    func dkimCheck() async throws {
        let (server, directory, configuration) = try await world()
        defer { try? FileManager.default.removeItem(at: directory) }
        let run = try await CampaignRun()
        try await run.prepareCampaign(addresses: ["ann@one.example"])
        let store = try await MessageStore(in: run.directory)
        try run.startWorker(["--relay", "smtp://127.0.0.1:\(store.port)", "--config", configuration])
        try await run.must(["campaign", "start", "c"])
        #expect(try await run.finish(limit: .seconds(60)).count("Sent") == 1)
        let file = try #require(try store.files.first)
        func check(_ path: String) async throws -> Postrider.Output {
            try await Postrider.run(["dkim", "check", path, "--config", configuration])
        }
        let good = try await check(file.path)
        #expect(
            good.status == 0 && good.output.contains("pass rsa-sha256 d=example.org s=live"),
            "\(good.output) \(good.errors)")
        let changed = try String(contentsOf: file, encoding: .utf8).replacing("tell us", with: "pay us")
        try run.write("changed.eml", changed)
        let bad = try await check(run.path("changed.eml"))
        #expect(bad.status == 1 && bad.output.hasPrefix("fail"), "\(bad.output) \(bad.errors)")
        server.stop()
        let unknown = try await check(file.path)
        #expect(
            unknown.status == 1 && unknown.output.hasPrefix("temperror"),
            "\(unknown.output)")
        try await run.stop()
    }
}
