import Foundation
import TestSupport
import Testing

@testable import ProviderEvents

@Suite("Fetching over HTTPS, from a real server")
struct WebFetcherTests {
    private let folder: Folder
    private let certificates: TestCertificates
    private let server: ServerProcess
    private let base: String

    init() async throws {
        folder = try Folder()
        certificates = try await TestCertificates()
        let pages = folder.url.appendingPathComponent("pages")
        try FileManager.default.createDirectory(at: pages, withIntermediateDirectories: true)
        _ = try folder.write("hello", to: "pages/page")
        _ = try folder.write(String(repeating: "x", count: 100_000), to: "pages/long")
        let script = try #require(Bundle.module.url(forResource: "Fixtures/serve", withExtension: "py"))
        let server = try ServerProcess(
            ["python3", script.path, pages.path, certificates.path("server"), certificates.path("server", "key")],
            directory: folder.url)
        self.server = server
        let folder = folder
        try await poll("the server says no port") { Int(Self.line(folder)) != nil }
        base = "https://localhost:\(Self.line(folder))"
    }

    private static func line(_ folder: Folder) -> String {
        (try? folder.read("output").trimmingCharacters(in: .whitespacesAndNewlines)) ?? ""
    }

    private var trusting: WebFetcher { WebFetcher(certificateAuthorityFile: certificates.path("ca")) }

    @Test("a page is fetched from a server whose certificate is trusted, and from no other")
    func trust() async throws {
        #expect(try await trusting.get("\(base)/page") == Array("hello".utf8))
        await #expect(throws: WebFetchError.self) { try await WebFetcher().get("\(base)/page") }
        // The certificate is for other names.
        let other = base.replacing("localhost", with: "127.0.0.2")
        await #expect(throws: WebFetchError.self) { try await trusting.get("\(other)/page") }
        await server.stop()
        await #expect(throws: WebFetchError.self) { try await trusting.get("\(base)/page") }
    }

    @Test(
        "redirections are not followed, and what is missing or too long is refused",
        arguments: ["moved", "none", "long"])
    func refusals(page: String) async throws {
        await #expect(throws: WebFetchError.self) { try await trusting.get("\(base)/\(page)") }
        await server.stop()
    }

    @Test("a message of SNS is verified by a certificate that comes over HTTPS")
    func certificate() async throws {
        let sns = try await SNSFixture()
        _ = try folder.write(sns.folder.read("leaf.pem"), to: "pages/SimpleNotificationService-0123abcd.pem")
        let certificates = SNSCertificates(
            fetcher: Detour(host: "https://sns.eu-west-1.amazonaws.com", to: base, by: trusting))
        let message = try await SNSMessage(reading: Array(sns.message().utf8))
        try await certificates.verify(message, at: HookFixture.now)
        await server.stop()
    }
}

/// Leads to a server of this machine what is meant for one of Amazon's.
private struct Detour: WebFetching {
    var host: String
    var to: String
    var by: WebFetcher

    init(host: String, to: String, by: WebFetcher) {
        self.host = host
        self.to = to
        self.by = by
    }

    func get(_ url: String) async throws(WebFetchError) -> [UInt8] {
        guard url.hasPrefix(host) else { throw WebFetchError(message: "another host") }
        return try await by.get(to + url.dropFirst(host.count))
    }
}
