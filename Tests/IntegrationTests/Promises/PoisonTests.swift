import Foundation
import Logging
import NIOCore
import NIOPosix
import SMTP
import Synchronization
import TestSupport
import Testing

@Suite("A message that kills its worker")
struct PoisonPromises {
    @Test(
        "ends on the list of the dead after three recoveries; everybody else has theirs, workers live on",
        .timeLimit(.minutes(3)))
    func poison() async throws {
        let run = try await CampaignRun()
        let poison = ["ok.poison1@site3.example", "ok.poison2@site4.example"]
        let addresses = people(200) + poison + people(200, "ok.more")
        try await run.prepareCampaign(addresses: addresses)
        let relays = [PoisonRelay(deadlyTo: poison), PoisonRelay(deadlyTo: poison)]
        var arguments: [[String]] = []
        for relay in relays {
            arguments.append(["--relay", "smtp://127.0.0.1:\(try await relay.start())", "--lease", "3s"])
        }
        for (relay, arguments) in zip(relays, arguments) { relay.aim(at: try run.startWorker(arguments)) }
        try await run.must(["campaign", "start", "c"])
        var deaths = 0
        // Whoever looks after workers starts them again.
        func revive() throws {
            for index in run.workers.indices where !run.workers[index].isRunning {
                deaths += 1
                try run.replaceWorker(index, arguments[index])
                relays[index].aim(at: run.workers[index])
            }
        }
        try await poll("they do not die: \(run.coordinator.errors)", limit: .seconds(90)) {
            try revive()
            let (dead, sent) = try await (run.dead(), run.statistics().count("Sent"))
            return dead == Set(poison) && sent == addresses.count - poison.count
        }
        #expect((4...8).contains(deaths), "each kills four at most, and together they kill some")
        let status = try await run.must(["queue", "status", "--format", "json"])
        #expect(status.contains("\"dead\":2"))
        let accepted = relays.reduce(into: [:]) { $0.merge($1.accepted) { $0 + $1 } }
        #expect(Set(accepted.keys) == Set(addresses).subtracting(poison))
        let duplicates = accepted.values.reduce(0) { $0 + $1 - 1 }
        #expect(duplicates <= deaths * CampaignRun.mostUntold(connections: 16))
        #expect(run.workers.allSatisfy { $0.isRunning })

        try await run.must(["queue", "dead", "drop", "c", poison[0]])
        for relay in relays { relay.disarm() }
        try await run.must(["queue", "dead", "retry", "c", poison[1]])
        let end = try await run.finish(limit: .seconds(30))
        #expect(end.count("Sent") == addresses.count - 1 && end.count("Bounced") == 1)
        #expect(try await run.must(["contacts", "show", poison[0]]).contains("dropped_by_owner"))
        #expect(try await run.dead().isEmpty)
        let audit = try await run.run(["audit"])
        #expect(audit.status == 0, "\(audit.output)")
        print("poison: 2 among \(addresses.count), deaths of workers \(deaths), duplicates \(duplicates)")
        try await run.stop()
        for relay in relays { try await relay.stop() }
    }
}

extension CampaignRun {
    /// The addresses that `queue dead list` lists.
    fileprivate func dead() async throws -> Set<String> {
        let lines = try await must(["queue", "dead", "list", "c", "--format", "csv"]).split(separator: "\n").dropFirst()
        return Set(lines.compactMap { $0.split(separator: ",").dropFirst().first.map(String.init) })
    }
}

/// A relay that kills the worker which sends to certain people, as soon as it names them.
private final class PoisonRelay: Sendable {
    private struct State {
        var server: SMTPServer?
        var worker: PostriderProcess?
        var deadly: Set<String>
        var accepted: [String: Int] = [:]
    }

    private let state: Mutex<State>

    init(deadlyTo addresses: [String]) {
        state = Mutex(State(deadly: Set(addresses)))
    }

    /// Listens and answers the port.
    func start() async throws -> Int {
        let server = try await SMTPServer.listen(
            host: "127.0.0.1", port: 0, configuration: SMTPServerConfiguration(hostName: "poison.example"),
            group: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test")
        ) { _, _ in Session(relay: self) }
        state.withLock { $0.server = server }
        return try #require(server.localAddress?.port)
    }

    func stop() async throws {
        try await state.withLock { $0.server }?.close()
    }

    /// Says which worker sends here.
    func aim(at worker: PostriderProcess) { state.withLock { $0.worker = worker } }

    /// Kills no more.
    func disarm() { state.withLock { $0.deadly = [] } }

    /// How often a message was accepted for each recipient.
    var accepted: [String: Int] { state.withLock { $0.accepted } }

    private final class Session: SMTPServerSession {
        private let relay: PoisonRelay
        let contentInterest = SMTPContentInterest.none

        init(relay: PoisonRelay) {
            self.relay = relay
        }

        func recipient(_ address: String, from sender: String) -> SMTPServerDecision {
            let victim = relay.state.withLock { $0.deadly.contains(address) ? $0.worker : nil }
            guard let victim else { return .accept }
            victim.signal(SIGKILL)
            return .close
        }

        func received(_ message: SMTPReceivedMessage) -> SMTPServerDecision {
            relay.state.withLock { state in
                for recipient in message.recipients { state.accepted[recipient, default: 0] += 1 }
            }
            return .accept
        }
    }
}
