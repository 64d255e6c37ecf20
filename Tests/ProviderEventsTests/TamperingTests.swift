import Delivery
import TestSupport
import Testing

@testable import ProviderEvents

@Suite("Whatever byte is changed")
struct TamperingTests {
    /// The request with each byte of its body changed in turn.
    private func tampered(_ request: WebhookRequest) -> [WebhookRequest] {
        request.body.indices.map { index in
            var changed = request
            changed.body[index] ^= 1
            return changed
        }
    }

    /// How many of the changed requests say something else than the right one, and how many are refused.
    private func outcome(_ hooks: ProviderHooks, _ provider: MailProvider, _ request: WebhookRequest) async throws -> (
        lies: Int, refused: Int
    ) {
        let right = try await hooks.read(request, from: provider)
        var lies = 0
        var refused = 0
        for request in tampered(request) {
            do {
                // A byte that means nothing, such as a space or one of a field that is not read, may be any.
                if try await hooks.read(request, from: provider) != right { lies += 1 }
            } catch {
                refused += 1
            }
        }
        return (lies, refused)
    }

    @Test("SendGrid: nothing is believed but what was signed")
    func sendgrid() async throws {
        let folder = try Folder()
        try await Tool.run([
            "openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", folder.path("key.pem"),
        ])
        try await Tool.run([
            "openssl", "ec", "-in", folder.path("key.pem"), "-pubout", "-out", folder.path("public.pem"),
        ])
        let key = try #require(SendGridKey(folder.read("public.pem")))
        let body = #"[{"event":"spamreport","email":"ann@example.net","sg_event_id":"a","timestamp":1433333949}]"#
        let time = String(HookFixture.seconds)
        let signature = try await HookFixture.sign([
            "sendgrid", folder.path("key.pem"), time, try folder.write(body, to: "body"),
        ])
        let request = HookFixture.request(
            body, [(SendGridKey.signatureHeader, signature), (SendGridKey.timeHeader, time)])
        let result = try await outcome(HookFixture().hooks { $0.sendgrid = [key] }, .sendgrid, request)
        #expect(result.lies == 0 && result.refused == body.utf8.count)
    }

    @Test("Amazon SES: nothing is believed but what was signed")
    func sns() async throws {
        let sns = try await SNSFixture()
        let web = StoredWeb([SNSFixture.certificateURL: try sns.pem("leaf")])
        let hooks = try HookFixture().hooks(web) { $0.ses = [SNSFixture.topic] }
        let body = try await sns.message(version: "2")
        let result = try await outcome(hooks, .ses, HookFixture.request(body))
        #expect(result.lies == 0 && result.refused > body.utf8.count / 2)
    }

    @Test("Mailgun: a changed event is taken for nobody's, since its signature came with another one")
    func mailgun() async throws {
        let key = try #require(MailgunKey("key-0123456789abcdef"))
        let time = String(HookFixture.seconds)
        let signature = try await HookFixture.sign(["mailgun", "key-0123456789abcdef", time, "a-token"])
        let body = """
            {"signature":{"timestamp":"\(time)","token":"a-token","signature":"\(signature)"},
             "event-data":{"event":"complained","id":"x1","timestamp":1433333949.5,"recipient":"ann@example.net"}}
            """
        let result = try await outcome(HookFixture().hooks { $0.mailgun = [key] }, .mailgun, HookFixture.request(body))
        #expect(result.lies == 0 && result.refused > body.utf8.count / 2)
    }
}
