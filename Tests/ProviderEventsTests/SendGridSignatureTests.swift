import Delivery
import TestSupport
import Testing

@testable import ProviderEvents

@Suite("Signatures of SendGrid, made by openssl")
struct SendGridSignatureTests {
    private let fixture: HookFixture
    private let folder: Folder
    private let publicKey: String

    init() async throws {
        fixture = try HookFixture()
        folder = try Folder()
        try await Tool.run([
            "openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", folder.path("key.pem"),
        ])
        try await Tool.run([
            "openssl", "ec", "-in", folder.path("key.pem"), "-pubout", "-out", folder.path("public.pem"),
        ])
        publicKey = try folder.read("public.pem")
    }

    private static let body = """
        [{"event":"bounce","email":"ann@example.net","sg_event_id":"a","timestamp":1433333949,
          "reason":"550 5.1.1 No such user","status":"5.1.1","type":"bounce"}]
        """

    private func request(
        _ body: String = body, signed: String? = nil, time: String = String(HookFixture.seconds - 10),
        shownTime: String? = nil
    ) async throws -> WebhookRequest {
        let signature = try await HookFixture.sign([
            "sendgrid", folder.path("key.pem"), time, try folder.write(signed ?? body, to: "body"),
        ])
        return HookFixture.request(
            body,
            [
                ("X-Twilio-Email-Event-Webhook-Signature", signature),
                ("X-Twilio-Email-Event-Webhook-Timestamp", shownTime ?? time),
            ])
    }

    private func hooks() throws -> ProviderHooks {
        let key = try #require(SendGridKey(publicKey))
        return fixture.hooks { $0.sendgrid = [key] }
    }

    @Test("what is signed is read, with the key as PEM or as SendGrid shows it")
    func right() async throws {
        let bare = publicKey.split(separator: "\n").filter { !$0.hasPrefix("-") }.joined()
        for text in [publicKey, bare, " \(bare)\n"] {
            let key = try #require(SendGridKey(text))
            let answer = try await fixture.hooks { $0.sendgrid = [key] }.read(request(), from: .sendgrid)
            guard case .events(let events) = answer else { return #expect(Bool(false)) }
            #expect(events.map(\.classification.reason) == [.noSuchUser])
        }
        #expect(SendGridKey("") == nil)
        #expect(SendGridKey("MFkw") == nil)
    }

    @Test("a byte that is changed, another time, another key: refused")
    func tampered() async throws {
        let other = Self.body.replacing("ann@", with: "bob@")
        for request in [
            try await request(other, signed: Self.body), try await request(shownTime: String(HookFixture.seconds - 9)),
            try await request(Self.body + " ", signed: Self.body),
        ] {
            #expect(await refusal { _ = try await hooks().read(request, from: .sendgrid) } == .forbidden)
        }
        try await Tool.run([
            "openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", folder.path("key.pem"),
        ])
        let request = try await request()
        #expect(await refusal { _ = try await hooks().read(request, from: .sendgrid) } == .forbidden)
    }

    @Test(
        "what was signed too long ago, or in the future, is refused; what SendGrid may still repeat is not",
        arguments: [(0, nil), (24 * 3600, nil), (26 * 3600, .forbidden), (-60, nil), (-600, .unavailable)]
            as [(Int, WebhookError.Code?)])
    func age(seconds: Int, expected: WebhookError.Code?) async throws {
        let request = try await request(time: String(HookFixture.seconds - seconds))
        #expect(await refusal { _ = try await hooks().read(request, from: .sendgrid) } == expected)
    }

    @Test("without a signature, or with two, it is not taken")
    func unsigned() async throws {
        let bare = HookFixture.request(Self.body)
        #expect(await refusal { _ = try await hooks().read(bare, from: .sendgrid) } == .unauthorized)
        var twice = try await request()
        twice.headers += twice.headers
        #expect(await refusal { _ = try await hooks().read(twice, from: .sendgrid) } == .unauthorized)
        var broken = try await request()
        broken.headers[0].value = "AAAA"
        #expect(await refusal { _ = try await hooks().read(broken, from: .sendgrid) } == .forbidden)
    }

    @Test("what is signed and no list is refused as malformed")
    func malformed() async throws {
        for body in ["{}", "", "[", "null"] {
            let request = try await request(body)
            #expect(await refusal { _ = try await hooks().read(request, from: .sendgrid) } == .malformed, "\(body)")
        }
    }

    @Test("a provider that is not configured is not there")
    func notConfigured() async throws {
        let nobody = fixture.hooks { _ in }
        for provider in MailProvider.allCases {
            let request = try await request()
            #expect(await refusal { _ = try await nobody.read(request, from: provider) } == .notConfigured)
        }
    }
}
