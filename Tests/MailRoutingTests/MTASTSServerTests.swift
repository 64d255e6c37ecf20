import Delivery
import Foundation
import TestSupport
import Testing

@testable import MailRouting

@Suite("MTA-STS, with a real web server")
struct MTASTSServerTests {
    private static let server = Task { try await PolicyServer.start() }

    private static func router(directory: String? = nil, timeout: Duration = .seconds(20)) async throws -> MailRouter {
        let server = try await server.value
        return try await TestWorld.router {
            $0.mtaSTS = MTASTSConfiguration(
                directory: directory, certificateAuthorityFile: server.certificates.path("ca"), port: server.port,
                timeout: timeout)
        }
    }

    private static func policy(_ finding: RouteFinding) -> TLSPolicy? {
        if case .hosts(let route) = finding { route.hosts.first?.policy } else { nil }
    }

    @Test("An enforced policy demands a certificate for the host's name", arguments: ["good", "wildcard"])
    func enforced(name: String) async throws {
        let finding = await (try await Self.router()).route(to: "\(name).sts.example")
        #expect(Self.policy(finding) == .verified(names: ["mx.\(name).sts.example"], source: .mtaSTS))
    }

    @Test("Hosts that an enforced policy does not name get nothing; the message waits")
    func notNamed() async throws {
        let finding = await (try await Self.router()).route(to: "other.sts.example")
        let failure = try #require(finding.failure)
        let classification = OutcomeClassifier.standard.classify(failure.reply, phase: failure.phase)
        #expect(classification.rule == "T2")
        #expect(classification.outcome == .deferred)
    }

    @Test(
        "In testing and none mail goes as if there were no policy, but testing counts",
        arguments: [("testing", 1), ("none", 0)])
    func notEnforced(name: String, failures: Int) async throws {
        let router = try await Self.router()
        #expect(Self.policy(await router.route(to: "\(name).sts.example")) == .opportunistic)
        #expect(
            router.tlsReports.snapshot().compactMap { $0.failures[.init(.validationFailure)] }.reduce(0, +) == failures)
    }

    @Test(
        "A policy that cannot be had is as none, and is counted",
        arguments: [
            ("redirect", TLSResultType.stsPolicyFetchError), ("missing", .stsPolicyFetchError),
            ("slow", .stsPolicyFetchError), ("html", .stsPolicyInvalid), ("long", .stsPolicyInvalid),
            ("malformed", .stsPolicyInvalid), ("stranger", .stsWebPKIInvalid),
        ])
    func failures(name: String, type: TLSResultType) async throws {
        let router = try await Self.router(timeout: name == "slow" ? .milliseconds(500) : .seconds(20))
        #expect(Self.policy(await router.route(to: "\(name).sts.example")) == .opportunistic)
        let entry = try #require(router.tlsReports.snapshot().first)
        #expect(entry.failures == [.init(type): 1])
        #expect(entry.policy == .sts)
    }

    @Test("A web server whose authority nobody knows is not believed")
    func unknownAuthority() async throws {
        let port = try await Self.server.value.port
        let router = try await TestWorld.router { $0.mtaSTS = MTASTSConfiguration(port: port) }
        #expect(Self.policy(await router.route(to: "good.sts.example")) == .opportunistic)
        #expect(router.tlsReports.snapshot().first?.failures == [.init(.stsWebPKIInvalid): 1])
    }

    @Test("A policy on disk outlives the process, and holds when the web server is gone")
    func onDisk() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("pr-sts-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        _ = await (try await Self.router(directory: directory.path)).route(to: "good.sts.example")
        let other = try await TestWorld.router {
            $0.mtaSTS = MTASTSConfiguration(directory: directory.path, port: 1)
        }
        #expect(
            Self.policy(await other.route(to: "good.sts.example"))
                == .verified(names: ["mx.good.sts.example"], source: .mtaSTS))
        #expect(other.tlsReports.snapshot().isEmpty)
    }
}
