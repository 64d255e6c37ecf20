import Foundation
import TestSupport
import Testing

@Suite("Providers' webhooks, posted by curl to a real coordinator")
struct WebhookTests {
    private static let addresses = ["ok-ann@x.example", "ok-bob@x.example", "ok-eve@x.example"]
    private static let signingKey = "key-0123456789abcdef0123456789abcdef"
    private static let password = "correct-horse-battery"

    @Test(
        "what a provider reports is booked once, also when the coordinator is killed; what is forged is not",
        .timeLimit(.minutes(3)))
    func webhooks() async throws {
        let folder = try Keys()
        try await folder.make(signingKey: Self.signingKey, password: Self.password)
        let run = try await CampaignRun(
            coordinatorArguments: ["--config", folder.path("postrider.yaml"), "--public-listen", "127.0.0.1:0"])
        try await run.prepareCampaign(addresses: Self.addresses)
        try await run.must(["campaign", "set", "c", "--provider", "sendgrid"])
        try await run.must(["campaign", "start", "c"])
        try run.startWorker()
        #expect(try await run.finish(limit: .seconds(60)).count("Sent") == 3)

        // SendGrid: by the token in the message, a batch, twice.
        let ann = try await token(of: Self.addresses[0], run)
        let bob = try await token(of: Self.addresses[1], run)
        let batch = """
            [{"event":"bounce","email":"someone@else.example","sg_event_id":"a1","timestamp":1433333949,"postrider":"\(ann)",
            "reason":"550 5.1.1 No such user","status":"5.1.1","type":"bounce"},
            {"event":"spamreport","email":"\(Self.addresses[1])","sg_event_id":"b1","timestamp":1433333949,"postrider":"\(bob)"},
            {"event":"open","email":"\(Self.addresses[1])","sg_event_id":"b2","timestamp":1433333949,"postrider":"\(bob)"}]
            """
        let signature = try await folder.sendgridHeaders(for: batch)
        #expect(try await post("sendgrid", batch, signature, run) == "200")
        #expect(try await post("sendgrid", batch, signature, run) == "200")
        #expect(try await post("sendgrid", batch + " ", signature, run) == "403")
        #expect(try await post("sendgrid", batch, [], run) == "401")
        #expect(
            try await history(Self.addresses[0], run) == ["Bounced", "Sent/accepted/2x", "Bounced/no_such_user/5m"])
        #expect(try await history(Self.addresses[1], run) == ["Spam", "Sent/accepted/2x", "Spam/complaint/N3"])

        // Postmark: by the address, and the coordinator is killed right after the answer.
        let change = """
            {"RecordType":"SubscriptionChange","MessageID":"m","Recipient":"\(Self.addresses[2])","Origin":"Recipient",
            "SuppressSending":true,"SuppressionReason":"ManualSuppression","ChangedAt":"2020-02-01T10:53:34.416071Z"}
            """
        #expect(try await post("postmark", change, ["--user", "postmark:wrong"], run) == "401")
        #expect(try await post("postmark", change, ["--user", "postmark:\(Self.password)"], run) == "200")
        try await run.replaceCoordinator()
        #expect(
            try await history(Self.addresses[2], run) == [
                "Unsubscribed", "Sent/accepted/2x", "Unsubscribed/opt_out/N3",
            ])

        // Mailgun: signed anew each time, and still the same event.
        for number in 1...2 {
            let event = try await folder.mailgunEvent(
                #"{"event":"delivered","id":"d1","timestamp":1433333949.5,"user-variables":{"postrider":"\#(ann)"}}"#,
                token: "token-\(number)", key: Self.signingKey)
            #expect(try await post("mailgun", event, [], run) == "200")
        }
        #expect(try await history(Self.addresses[0], run).filter { $0 == "Sent/delivered/N2" }.count == 1)
        #expect(try await post("mailjet", "{}", [], run) == "404")

        let suppressed = try await run.must(["suppressions", "list"])
        for address in Self.addresses { #expect(suppressed.contains(address)) }
        try await run.must(["audit"])
        try await run.stop()
    }

    @Test("what a provider gave up for now is sent again, on the same licence", .timeLimit(.minutes(3)))
    func softBounce() async throws {
        let folder = try Keys()
        try await folder.make(signingKey: Self.signingKey, password: Self.password)
        let run = try await CampaignRun(
            coordinatorArguments: ["--config", folder.path("postrider.yaml"), "--public-listen", "127.0.0.1:0"])
        try await run.prepareCampaign(addresses: [Self.addresses[0]])
        try await run.must(["campaign", "set", "c", "--provider", "sendgrid"])
        try await run.must(["campaign", "start", "c"])
        try run.startWorker()
        #expect(try await run.finish(limit: .seconds(60)).count("Sent") == 1)
        let token = try await token(of: Self.addresses[0], run)
        let body = """
            [{"event":"bounce","email":"\(Self.addresses[0])","sg_event_id":"s1","timestamp":1433333949,"postrider":"\(token)",
            "reason":"452 4.2.2 Mailbox full","status":"4.2.2","type":"blocked"}]
            """
        #expect(try await post("sendgrid", body, folder.sendgridHeaders(for: body), run) == "200")
        let expected = ["Sent", "Sent/accepted/2x", "Soft Bounced/mailbox_full/P5", "Sent/accepted/2x"]
        try await poll("it is not sent again: \(run.coordinator.errors)", limit: .seconds(30)) {
            try await history(Self.addresses[0], run) == expected
        }
        #expect(try run.accepted()[Self.addresses[0]] == 2)
        #expect(try await run.finish(limit: .seconds(30)).licences.charged == 1)
        try await run.must(["audit"])
        try await run.stop()
    }

    @Test("webhooks without a public server, and secrets that are none, are told at the start")
    func mistakes() async throws {
        let folder = try Keys()
        try await folder.make(signingKey: Self.signingKey, password: "short")
        let data = folder.path("d")
        let short = try await Postrider.run([
            "coordinator", "--data", data, "--listen", "127.0.0.1:0", "--public-listen", "127.0.0.1:0", "--config",
            folder.path("postrider.yaml"),
        ])
        #expect(
            short.status == 1 && short.errors.contains("webhooks.postmark") && short.errors.contains("16 characters"))
        #expect(!short.errors.contains("short\n"))
        try await folder.make(signingKey: Self.signingKey, password: Self.password)
        let nowhere = try await Postrider.run([
            "coordinator", "--data", data, "--listen", "127.0.0.1:0", "--config", folder.path("postrider.yaml"),
        ])
        #expect(nowhere.status == 1 && nowhere.errors.contains("--public-listen"))
        // Other commands read the same file, and not the secrets.
        try FileManager.default.removeItem(atPath: folder.path("postmark.secret"))
        let other = try await Postrider.run([
            "licences", "show", "--data", data, "--config", folder.path("postrider.yaml"),
        ])
        #expect(!other.errors.contains("postmark"))
    }

    /// The token that SendGrid would find in a contact's message.
    private func token(of address: String, _ run: CampaignRun) async throws -> String {
        let message = try await run.must(["campaign", "preview", "c", "--contact", address])
        return String(try #require(message.firstMatch(of: /X-SMTPAPI: [^}]*"postrider": "([a-z2-7]{40})"/)).1)
    }

    /// A contact's status, and the lines of its history.
    private func history(_ address: String, _ run: CampaignRun) async throws -> [String] {
        let delivery = try #require(try await run.history(of: address).deliveries.first)
        return [delivery.status]
            + delivery.events.filter { $0.outcome != "Queued" }.map { "\($0.outcome)/\($0.reason)/\($0.rule)" }
    }

    /// Posts; answers the status.
    private func post(_ provider: String, _ body: String, _ options: [String], _ run: CampaignRun) async throws
        -> String
    {
        try run.write("body.json", body)
        let base = try #require(run.publicAddress)
        return try await Tool.run(
            [
                "curl", "-sS", "-m", "20", "-o", "/dev/null", "-w", "%{http_code}", "--data-binary",
                "@\(run.path("body.json"))", "-H", "Content-Type: application/json",
            ] + options + ["\(base)/hooks/\(provider)"])
    }
}

/// A folder with a configuration file and keys, made and used by openssl.
private final class Keys: Sendable {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "pr-hooks-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path(name))
    }

    func make(signingKey: String, password: String) async throws {
        try await Tool.run([
            "openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path("sendgrid.key"),
        ])
        try await Tool.run(["openssl", "ec", "-in", path("sendgrid.key"), "-pubout", "-out", path("sendgrid.pub")])
        try write(signingKey + "\n", to: "mailgun.key")
        try write(password + "\n", to: "postmark.secret")
        try write(
            """
            webhooks:
              sendgrid: {publicKeyFile: \(path("sendgrid.pub"))}
              mailgun: {signingKeyFile: \(path("mailgun.key"))}
              postmark: {user: postmark, passwordFile: \(path("postmark.secret"))}

            """, to: "postrider.yaml")
    }

    /// The options of curl that show SendGrid's signature of a body.
    func sendgridHeaders(for body: String) async throws -> [String] {
        let time = String(Int(Date.now.timeIntervalSince1970))
        try write(time + body, to: "signed")
        try await Tool.run([
            "openssl", "dgst", "-sha256", "-sign", path("sendgrid.key"), "-out", path("signature"), path("signed"),
        ])
        let signature = try Data(contentsOf: URL(fileURLWithPath: path("signature"))).base64EncodedString()
        return [
            "-H", "X-Twilio-Email-Event-Webhook-Signature: \(signature)", "-H",
            "X-Twilio-Email-Event-Webhook-Timestamp: \(time)",
        ]
    }

    /// An event with Mailgun's signature beside it.
    func mailgunEvent(_ event: String, token: String, key: String) async throws -> String {
        let time = String(Int(Date.now.timeIntervalSince1970))
        try write(time + token, to: "signed")
        let code = try await Tool.run(["openssl", "dgst", "-sha256", "-hmac", key, "-r", path("signed")]).prefix(64)
        return """
            {"signature":{"timestamp":"\(time)","token":"\(token)","signature":"\(code)"},"event-data":\(event)}
            """
    }
}
