import Delivery
import Foundation
import MailMessage
import TestSupport
import Testing

@Suite("Messages as they arrive")
struct SignedMessageTests {
    private func value(_ name: String, in message: String) -> String? {
        message.split(separator: "\r\n").first { $0.hasPrefix("\(name): ") }.map {
            String($0.dropFirst(name.count + 2))
        }
    }

    /// A campaign with everything that a message can have, and keys for its sender.
    private func prepare(_ run: CampaignRun) async throws -> String {
        try await run.prepareCampaign(addresses: ["ann@one.example", "bob@two.example"])
        try run.write("page.html", "<p>Hi {{firstName}} <img alt='' src='cid:logo.png'> {{unsubscribeLink}}</p>\n")
        try run.write("logo.png", "no picture")
        try run.write("plan.txt", "the plan\n")
        try await run.must([
            "campaign", "set", "c", "--bounce-domain", "bounces.example.org", "--unsubscribe-url",
            "https://example.org/u", "--list-id", "Spring <spring.example.org>", "--feedback-id", "a:b:c:d",
            "--dkim", "required", "--attach", run.path("plan.txt"),
        ])
        var zone = ""
        var configuration = "dkim:\n"
        for type in ["rsa", "ed25519"] {
            let file = run.path("\(type).pem")
            zone += try await Postrider.run([
                "dkim", "keygen", "example.org", "--selector", type, "--type", type, "--output", file,
            ]).output
            configuration += "  - {domain: example.org, selector: \(type), keyFile: \(file)}\n"
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
        try run.write("zone", zone)
        try run.write("worker.yaml", configuration)
        let again = try await Postrider.run([
            "dkim", "keygen", "example.org", "--selector", "rsa", "--output", run.path("rsa.pem"),
        ])
        #expect(again.status == 1 && again.errors.contains("not overwritten"), "\(again.errors)")
        return run.path("worker.yaml")
    }

    @Test("a worker signs with both keys, and return path and links carry tokens that the coordinator's key recognizes")
    func signed() async throws {
        let run = try await CampaignRun()
        let configuration = try await prepare(run)
        let store = try await MessageStore(in: run.directory)
        try run.startWorker(["--relay", "smtp://127.0.0.1:\(store.port)", "--config", configuration])
        try await run.must(["campaign", "start", "c"])
        #expect(try await run.finish(limit: .seconds(60)).count("Sent") == 2)
        let keys = try TokenKeys(file: run.data + "/tokens.key")
        var ordinals: [UInt32] = []
        for file in try store.files {
            let check = try await Postrider.run(["dkim", "check", file.path, "--records", run.path("zone")])
            #expect(check.status == 0, "\(check.output) \(check.errors)")
            #expect(check.output.contains("pass rsa-sha256") && check.output.contains("pass ed25519-sha256"))
            let message = try String(contentsOf: file, encoding: .utf8)
            let path = try #require(value("Return-Path", in: message)).dropFirst().split(separator: "@")
            #expect(path.last == "bounces.example.org>")
            let job = try #require(ReturnPath.job(ofLocalPart: path[0], keys: keys))
            ordinals.append(job.ordinal)
            let link = try #require(message.firstMatch(of: #/<https://example\.org/u/([a-z2-7]+)>/#))
            #expect(keys.token(in: link.output.1) == ContactToken(.unsubscribe, job: job))
            #expect(value("List-Unsubscribe-Post", in: message) == "List-Unsubscribe=One-Click")
            #expect(value("List-Id", in: message) == "Spring <spring.example.org>")
            #expect(message.contains("filename=\"plan.txt\""))
        }
        #expect(ordinals.sorted() == [0, 1])
        try await run.stop()
    }

    @Test("a worker without the keys that a campaign demands says so, leaves it to others and sends all else")
    func withoutKeys() async throws {
        let run = try await CampaignRun()
        let configuration = try await prepare(run)
        try run.startWorker()
        try await run.must(["campaign", "start", "c"])
        try await poll("the queue does not say what is lacking") {
            try await run.run(["queue", "status"]).output.contains("no worker can send it: its messages must be signed")
        }
        try await poll("the campaign does not say what it waits for") {
            try await run.statistics().waitsFor?.contains("a DKIM key for example.org is missing") ?? false
        }
        try await run.must([
            "campaign", "create", "plain", "--list", "l", "--from", "s@example.org", "--subject", "Hi", "--text",
            run.path("text.txt"),
        ])
        try await run.must(["licences", "add", "2"])
        try await run.must(["campaign", "start", "plain"])
        try await poll("the other campaign is held back") { try await run.statistics(of: "plain").state == "finished" }
        #expect(try run.accepted().values.reduce(0, +) == 2, "nothing of the first campaign has gone")
        let store = try await MessageStore(in: run.directory)
        try run.startWorker(["--relay", "smtp://127.0.0.1:\(store.port)", "--config", configuration])
        #expect(try await run.finish(limit: .seconds(60)).count("Sent") == 2)
        #expect(try store.files.count == 2, "all of it went through the worker that has the keys")
        try await run.must(["audit"])
        try await run.stop()
    }

    @Test("a test message takes the path of all others, and nothing of it is counted")
    func testMessage() async throws {
        let run = try await CampaignRun()
        let configuration = try await prepare(run)
        let store = try await MessageStore(in: run.directory)
        let before = try await run.must(["campaign", "stats", "c", "--format", "json"])
        let early = try await run.run(["campaign", "test", "c", "--to", "me@example.net", "--timeout", "1s"])
        #expect(early.status == 1 && early.output.contains("No worker has sent it within 1s"), "\(early.output)")
        try run.startWorker(["--relay", "smtp://127.0.0.1:\(store.port)", "--config", configuration])
        let output = try await run.must([
            "campaign", "test", "c", "--to", "me@example.net", "--contact", "bob@two.example",
        ])
        #expect(output.hasPrefix("Sent (accepted) to me@example.net with the fields of bob@two.example"), "\(output)")
        let file = try #require(try store.files.first)
        #expect(try store.files.count == 1, "what nobody had sent in time is taken back")
        let check = try await Postrider.run(["dkim", "check", file.path, "--records", run.path("zone")])
        #expect(check.status == 0, "\(check.output)")
        #expect(try String(contentsOf: file, encoding: .utf8).contains("Subject: =?UTF-8?Q?Hi_Zo=C3=AB?="))
        #expect(try await run.must(["campaign", "stats", "c", "--format", "json"]) == before)
        #expect(try await run.must(["suppressions", "list"]).contains("me@example.net") == false)
        try await run.must(["audit"])
        // The campaign goes on as if there had been no test.
        try await run.must(["campaign", "start", "c"])
        #expect(try await run.finish(limit: .seconds(60)).count("Sent") == 2)
        try await run.stop()
    }

    @Test("a campaign is looked over, with names, places and remedies, and exits 1 on errors")
    func check() async throws {
        let run = try await CampaignRun()
        try await run.prepareCampaign(addresses: ["ann@one.example"], html: "<p>{{nobody}} http://example.org\n")
        let bad = try await run.run(["campaign", "check", "c"])
        #expect(bad.status == 1)
        for words in [
            "error unknown-field (template)", "error unsubscribe-missing", "link-without-tls (html, line 1)", "→",
        ] {
            #expect(bad.output.contains(words), "\(bad.output)")
        }
        try await run.must([
            "campaign", "create", "good", "--list", "l", "--from", "s@example.org", "--subject", "Hi", "--text",
            run.path("text.txt"), "--unsubscribe-url", "https://example.org/u",
        ])
        let json = try await run.must(["campaign", "check", "good", "--format", "json"])
        #expect(
            json.contains("\"rule\":\"unsubscribe-hidden\"") && json.contains("\"severity\":\"warning\""), "\(json)")
        try await run.must(["campaign", "start", "good"])
        let late = try await run.run(["campaign", "set", "good", "--list-id", "a.example.org"])
        #expect(late.status == 1 && late.errors.contains("change its message"), "\(late.errors)")
        try await run.stop()
    }
}
