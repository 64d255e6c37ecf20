import Foundation
import Logging
import NIOCore
import NIOPosix
import SMTP
import Synchronization
import TestSupport
import Testing

@Suite("Several relays, several source addresses", .serialized)
struct SeveralRelaysTests {
    @Test(
        "Relays share the mail by weight; one that goes is stood in for, and gets its share again when it is back",
        .timeLimit(.minutes(3)))
    func weights() async throws {
        let run = try await CampaignRun()
        let relays = [CountingRelay(), CountingRelay()]
        for relay in relays { try await relay.start() }
        try run.write(
            "relays.yaml",
            "relays:\n  - {url: \"\(relays[0].url)\", weight: 3}\n  - {url: \"\(relays[1].url)\"}\n")
        try await run.prepareCampaign(addresses: people(400))
        try run.startWorker(["--config", run.path("relays.yaml"), "--connections", "4"])
        try await run.must(["campaign", "start", "c"])
        _ = try await run.finish(limit: .seconds(60))
        #expect(relays.map(\.accepted) == [300, 100])

        // A second campaign with the bigger one down: the other takes all of it.
        try await relays[0].stop()
        try await create(run, "d")
        try await run.must(["campaign", "start", "d"])
        try await poll("the other does not stand in: \(run.workers[0].errors)") { relays[1].accepted == 500 }
        try await relays[0].start()
        try await poll("it is not taken back: \(run.workers[0].errors)") {
            run.workers[0].errors.contains("a relay takes mail again")
        }
        try await create(run, "e")
        try await run.must(["campaign", "start", "e"])
        try await poll("not all are sent") { relays.reduce(0) { $0 + $1.accepted } == 1200 }
        #expect(relays.map(\.accepted) == [600, 600])
        try await run.must(["audit"])
        try await run.stop()
        for relay in relays { try await relay.stop() }
    }

    @Test("Mail comes from each of the addresses, by weight", .timeLimit(.minutes(3)))
    func sources() async throws {
        let run = try await CampaignRun()
        let relay = CountingRelay()
        try await relay.start()
        try run.write(
            "sources.yaml",
            "sources:\n  - {address: 127.0.0.5, weight: 2, heloName: five.example}\n  - {address: 127.0.0.6}\n")
        try await run.prepareCampaign(addresses: people(300))
        try run.startWorker(["--relay", relay.url, "--config", run.path("sources.yaml"), "--connections", "4"])
        try await run.must(["campaign", "start", "c"])
        _ = try await run.finish(limit: .seconds(60))
        #expect(relay.bySource == ["127.0.0.5": 200, "127.0.0.6": 100])
        try await run.stop()
        try await relay.stop()
    }

    private func create(_ run: CampaignRun, _ name: String) async throws {
        try await run.must(["licences", "add", "400"])
        try await run.must([
            "campaign", "create", name, "--list", "l", "--from", "s@example.org", "--subject", "Hi", "--text",
            run.path("text.txt"),
        ])
    }
}

/// A relay that counts what it accepts, and from where.
private final class CountingRelay: Sendable {
    private struct State {
        var server: SMTPServer?
        var port = 0
        var bySource: [String: Int] = [:]
    }

    private let state = Mutex(State())

    var url: String { "smtp://127.0.0.1:\(state.withLock { $0.port })" }
    var bySource: [String: Int] { state.withLock { $0.bySource } }
    var accepted: Int { bySource.values.reduce(0, +) }

    /// Listens, on the same port as before if it did before.
    func start() async throws {
        let server = try await SMTPServer.listen(
            host: "127.0.0.1", port: state.withLock { $0.port },
            configuration: SMTPServerConfiguration(hostName: "relay.example"),
            group: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test")
        ) { _, remote in Session(relay: self, source: remote?.ipAddress ?? "") }
        let port = try #require(server.localAddress?.port)
        state.withLock {
            $0.server = server
            $0.port = port
        }
    }

    func stop() async throws {
        try await state.withLock { $0.server.take() }?.close()
    }

    private final class Session: SMTPServerSession {
        private let relay: CountingRelay
        private let source: String
        let contentInterest = SMTPContentInterest.none

        init(relay: CountingRelay, source: String) {
            self.relay = relay
            self.source = source
        }

        func recipient(_ address: String, from sender: String) -> SMTPServerDecision { .accept }

        func received(_ message: SMTPReceivedMessage) -> SMTPServerDecision {
            relay.state.withLock { $0.bySource[source, default: 0] += 1 }
            return .accept
        }
    }
}
