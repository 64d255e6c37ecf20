import Delivery
import Testing

@testable import ProviderEvents

@Suite("Signatures of Mailgun, made by Python")
struct MailgunSignatureTests {
    private static let key = "key-0123456789abcdef"
    private static let token = "651869375b9df3c98fc15c4889b102119add1235c38fc92824"

    private let fixture: HookFixture
    private let hooks: ProviderHooks

    init() throws {
        let fixture = try HookFixture()
        let key = try #require(MailgunKey(Self.key))
        self.fixture = fixture
        hooks = fixture.hooks { $0.mailgun = [key] }
    }

    private func body(
        time: Int = HookFixture.seconds - 10, key: String = key, token: String = token, shownTime: String? = nil,
        shownToken: String? = nil, recipient: String = "ann@example.net"
    ) async throws -> WebhookRequest {
        let signature = try await HookFixture.sign(["mailgun", key, String(time), token])
        return HookFixture.request(
            """
            {"signature":{"timestamp":"\(shownTime ?? String(time))","token":"\(shownToken ?? token)","signature":"\(signature)"},
             "event-data":{"event":"complained","id":"x1","timestamp":1433333949.5,"recipient":"\(recipient)"}}
            """)
    }

    @Test("what is signed is read")
    func right() async throws {
        guard case .events(let events) = try await hooks.read(body(), from: .mailgun) else {
            return #expect(Bool(false))
        }
        #expect(events.map(\.classification.reason) == [.complaint])
    }

    @Test("another key, another token, no signature: refused")
    func tampered() async throws {
        for (request, code) in [
            (try await body(key: "another"), WebhookError.Code.forbidden),
            (try await body(shownToken: "another"), .forbidden),
            (HookFixture.request(#"{"event-data":{"event":"delivered"}}"#), .unauthorized),
            (
                HookFixture.request(#"{"signature":{"timestamp":"1433333949","token":"a","signature":"zz"}}"#),
                .forbidden
            ), (HookFixture.request("{"), .malformed),
        ] {
            #expect(await refusal { _ = try await hooks.read(request, from: .mailgun) } == code)
        }
    }

    @Test(
        "a token's beginning cannot be moved to the time, which would make it another token",
        arguments: [("e0", .forbidden), (".5", .forbidden), ("5", .unavailable)] as [(String, WebhookError.Code)])
    func border(beginning: String, expected: WebhookError.Code) async throws {
        let time = HookFixture.seconds - 10
        let request = try await body(
            time: time, token: beginning + Self.token, shownTime: "\(time)\(beginning)", shownToken: Self.token)
        #expect(await refusal { _ = try await hooks.read(request, from: .mailgun) } == expected)
        let whole = try await body(time: time, token: beginning + Self.token)
        #expect(await refusal { _ = try await hooks.read(whole, from: .mailgun) } == nil)
    }

    @Test("a key that could be guessed is none")
    func short() {
        #expect(MailgunKey("") == nil)
        #expect(MailgunKey("# Mailgun's key") == nil)
        #expect(MailgunKey(Self.key) != nil)
    }

    @Test(
        "what was signed too long ago is refused; what Mailgun may still repeat is not",
        arguments: [(8 * 3600, nil), (10 * 3600, .forbidden), (-600, .unavailable)] as [(Int, WebhookError.Code?)])
    func age(seconds: Int, expected: WebhookError.Code?) async throws {
        let request = try await body(time: HookFixture.seconds - seconds)
        #expect(await refusal { _ = try await hooks.read(request, from: .mailgun) } == expected)
    }

    @Test("a signature cannot be put on another event, and the same event may come again")
    func replay() async throws {
        let known = KnownSignatures()
        let key = try #require(MailgunKey(Self.key))
        let hooks = fixture.hooks(known: known) { $0.mailgun = [key] }
        let first = try await body()
        for _ in 0..<2 { _ = try await hooks.read(first, from: .mailgun) }
        let other = try await body(recipient: "bob@example.net")
        #expect(await refusal { _ = try await hooks.read(other, from: .mailgun) } == .forbidden)
        _ = try await hooks.read(body(token: "another", recipient: "bob@example.net"), from: .mailgun)
        #expect(known.count == 2)
        // What is not signed is not remembered.
        #expect(
            await refusal { _ = try await hooks.read(body(key: "another", token: "b"), from: .mailgun) } == .forbidden)
        #expect(known.count == 2)
    }

    @Test("where signatures cannot be remembered the event is to come again")
    func forgetful() async throws {
        let known = KnownSignatures()
        known.close()
        let key = try #require(MailgunKey(Self.key))
        let hooks = fixture.hooks(known: known) { $0.mailgun = [key] }
        let request = try await body()
        #expect(await refusal { _ = try await hooks.read(request, from: .mailgun) } == .unavailable)
    }
}
