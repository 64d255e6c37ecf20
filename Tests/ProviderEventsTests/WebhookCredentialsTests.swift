import Delivery
import Foundation
import Testing

@testable import ProviderEvents

@Suite("Secrets of providers that do not sign")
struct WebhookCredentialsTests {
    private static let secret = "correct horse battery"
    private static let body = #"{"RecordType":"SpamComplaint","Email":"ann@example.net","MessageID":"m","ID":1}"#

    private func basic(_ text: String) -> (name: String, value: String) {
        ("authorization", "Basic \(Data(text.utf8).base64EncodedString())")
    }

    private func refusal(_ form: WebhookCredentials.Form, _ headers: [(name: String, value: String)]) async throws
        -> WebhookError.Code?
    {
        let credentials = try #require(WebhookCredentials(form, secrets: ["an older secret!", Self.secret]))
        let hooks = try HookFixture().hooks { $0.postmark = credentials }
        return await ProviderEventsTests.refusal {
            _ = try await hooks.read(HookFixture.request(Self.body, headers), from: .postmark)
        }
    }

    @Test("the user's password lets in, either of two while it is being changed")
    func password() async throws {
        let form = WebhookCredentials.Form.basic(user: "postmark")
        #expect(try await refusal(form, [basic("postmark:\(Self.secret)")]) == nil)
        #expect(try await refusal(form, [basic("postmark:an older secret!")]) == nil)
        for headers in [
            [], [basic("postmark:wrong")], [basic("other:\(Self.secret)")], [basic("postmark:\(Self.secret)x")],
            [basic(Self.secret)], [("Authorization", "Bearer \(Self.secret)")], [("Authorization", "Basic ?")],
            [basic("postmark:\(Self.secret)"), basic("postmark:\(Self.secret)")],
        ] {
            #expect(try await refusal(form, headers) == .unauthorized, "\(headers)")
        }
    }

    @Test("a header field lets in")
    func field() async throws {
        let form = WebhookCredentials.Form.header("X-Hook-Secret")
        #expect(try await refusal(form, [("x-hook-secret", Self.secret)]) == nil)
        #expect(try await refusal(form, [("x-hook-secret", "wrong")]) == .unauthorized)
        #expect(try await refusal(form, []) == .unauthorized)
    }

    @Test("a secret that could be guessed is none")
    func short() {
        #expect(WebhookCredentials(.header("X"), secrets: []) == nil)
        #expect(WebhookCredentials(.header("X"), secrets: ["short"]) == nil)
        #expect(WebhookCredentials(.header("X"), secrets: ["0123456789abcdef"]) != nil)
    }

    @Test(
        "a file's secrets are its lines, without comments, empty lines and the blanks around them",
        arguments: [
            ("one", ["one"]), ("# the old one\r\n  one\t\r\n\r\n   \n#two\ntwo", ["one", "two"]), ("", []),
            ("\n#\n", []),
            ("one#two", ["one#two"]), ("a\nb\nc", ["a", "b", "c"]),
        ])
    func lines(text: String, secrets: [String]) {
        #expect(SecretLines(text).secrets == secrets)
    }

    @Test(
        "bytes are equal only when all are",
        arguments: [("", "", true), ("a", "", false), ("ab", "ab", true), ("ab", "abc", false), ("ab", "aB", false)])
    func comparison(left: String, right: String, isEqual: Bool) {
        #expect(ConstantTime.equal(Array(left.utf8), Array(right.utf8)) == isEqual)
    }
}
