import Dashboard
import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@Suite("The API's token")
struct APITokenTests {
    private static let paths = [
        APIRoute.lists, APIRoute.campaigns, APIRoute.campaign("x"), APIRoute.licences, APIRoute.suppressions,
        APIRoute.queue, APIRoute.audit, APIRoute.contact("a@b.example"), APIRoute.importProgress(1),
    ]

    @Test("nothing but the health check answers without it")
    func missing() async throws {
        try await APIFixture.with { api in
            let health = try await api.client.execute(uri: "/healthz", method: .get)
            #expect(health.status == .ok)
            for path in Self.paths {
                let response = try await api.client.execute(uri: path, method: .get)
                #expect(response.status == .unauthorized, "\(path)")
                #expect(response.headers[.wwwAuthenticate] == "Bearer realm=\"postrider\"")
                let report = try JSONDecoder().decode(APIErrorReport.self, from: Data(response.body.readableBytesView))
                #expect(report.error.code == "no_token")
                #expect(report.error.message.contains("POSTRIDER_TOKEN"))
            }
        }
    }

    @Test("a wrong one is refused, however close it is")
    func wrong() async throws {
        try await APIFixture.with { api in
            let guesses = ["", "x", String(api.token.dropLast()), api.token + "0", String(api.token.reversed())]
            for guess in guesses where guess != api.token {
                let response = try await api.client.execute(
                    uri: APIRoute.lists, method: .get, headers: [.authorization: "Bearer \(guess)"])
                #expect(response.status == .unauthorized)
                #expect(String(buffer: response.body).contains("wrong_token"))
            }
            let basic = try await api.client.execute(
                uri: APIRoute.lists, method: .get, headers: [.authorization: "Basic \(api.token)"])
            #expect(basic.status == .unauthorized)
        }
    }

    @Test("the right one is let in, whatever the case of the scheme's name", arguments: ["Bearer", "bearer", "BEARER"])
    func right(scheme: String) async throws {
        try await APIFixture.with { api in
            let response = try await api.client.execute(
                uri: APIRoute.lists, method: .get, headers: [.authorization: "\(scheme) \(api.token)"])
            #expect(response.status == .ok)
        }
    }
}
