import Foundation
import TestSupport
import Testing

/// A coordinator, a simulator and workers as processes of their own, in a directory of their own.
final class CampaignRun {
    let directory: URL
    let relayPort: Int
    let simulator: PostriderProcess
    private(set) var coordinator: PostriderProcess
    private(set) var workers: [PostriderProcess] = []

    var data: String { directory.appendingPathComponent("d").path }
    var log: URL { directory.appendingPathComponent("mail.ndjson") }

    /// Starts the simulator and the coordinator.
    init(coordinatorArguments: [String] = [], simulatorArguments: [String] = []) async throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("pr-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let log = directory.appendingPathComponent("mail.ndjson")
        let simulator = try PostriderProcess(
            ["simulator", "--listen", "127.0.0.1:0", "--log", log.path] + simulatorArguments)
        self.simulator = simulator
        try await poll("the simulator says no port: \(simulator.output) \(simulator.errors)") {
            Self.port(in: simulator.output + simulator.errors) != nil
        }
        relayPort = try #require(Self.port(in: simulator.output + simulator.errors))
        let data = directory.appendingPathComponent("d").path
        self.coordinatorArguments = coordinatorArguments
        coordinator = try PostriderProcess(
            ["coordinator", "--data", data, "--listen", "127.0.0.1:0"] + coordinatorArguments)
        try await ready()
    }

    deinit {
        // After a failure: the embedded Redis outlives its coordinator, and nobody else would end it.
        if let text = try? String(contentsOfFile: data + "/redis.pid", encoding: .utf8),
            let pid = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines))
        {
            kill(pid, SIGKILL)
        }
        try? FileManager.default.removeItem(at: directory)
    }

    private let coordinatorArguments: [String]

    private static func port(in text: String) -> Int? {
        guard let match = text.firstMatch(of: /127\.0\.0\.1:([1-9][0-9]*)/) else { return nil }
        return Int(match.1)
    }

    /// Waits until the coordinator answers.
    private func ready() async throws {
        let coordinator = coordinator
        try await poll("the coordinator does not answer: \(coordinator.errors)") {
            guard coordinator.isRunning else { return false }
            return try await self.run(["licences", "show"]).status == 0
        }
    }

    /// Runs a client command against this coordinator.
    func run(_ arguments: [String], input: String = "") async throws -> Postrider.Output {
        try await Postrider.run(arguments + ["--data", data], input: input)
    }

    /// Runs a client command that must succeed.
    @discardableResult
    func must(_ arguments: [String], _ location: SourceLocation = #_sourceLocation) async throws -> String {
        let result = try await run(arguments)
        #expect(result.status == 0, "\(arguments): \(result.errors)", sourceLocation: location)
        return result.output
    }

    @discardableResult
    func startWorker(
        _ arguments: [String] = [], environment: [String: String] = [:]
    ) throws -> PostriderProcess {
        let worker = try PostriderProcess(workerArguments(arguments), environment: environment)
        workers.append(worker)
        return worker
    }

    /// Kills a worker and starts another in its place.
    func replaceWorker(_ index: Int, _ arguments: [String] = []) throws {
        workers[index].signal(SIGKILL)
        workers[index] = try PostriderProcess(workerArguments(arguments))
    }

    /// A worker of this run that sends to the simulator, unless the arguments name another way.
    private func workerArguments(_ arguments: [String]) -> [String] {
        let hasWay = arguments.contains("--relay") || arguments.contains("--config")
        return ["worker", "--data", data] + (hasWay ? [] : ["--relay", "smtp://127.0.0.1:\(relayPort)"]) + arguments
    }

    /// Kills the coordinator and starts another on the same data.
    func replaceCoordinator() async throws {
        coordinator.signal(SIGKILL)
        try await coordinator.wait()
        coordinator = try PostriderProcess(
            ["coordinator", "--data", data, "--listen", "127.0.0.1:0"] + coordinatorArguments)
        try await ready()
    }

    /// Stops the coordinator, and with it its Redis, does something meanwhile, and starts both again.
    func restartCoordinator(_ meanwhile: () async throws -> Void) async throws {
        coordinator.signal(SIGTERM)
        #expect(try await coordinator.wait() == 0, "\(coordinator.errors)")
        try await meanwhile()
        coordinator = try PostriderProcess(
            ["coordinator", "--data", data, "--listen", "127.0.0.1:0"] + coordinatorArguments)
        try await ready()
    }

    /// Imports contacts and creates a campaign `c` to them, with delays of a second or two.
    ///
    /// - Parameters:
    ///   - licences: how many there are; enough for all when `nil`.
    ///   - html: the HTML part of the message, if it shall have one.
    func prepareCampaign(addresses: [String], licences: Int? = nil, html: String? = nil) async throws {
        try write("people.csv", "email,firstName\n" + addresses.map { "\($0),Zoë\n" }.joined())
        try write("text.txt", "Hello {{firstName}},\n\nwill you tell us what you think?\n")
        try write("retry.yaml", "deferred: [1s, 2s]\nsoftBounced: [1s, 1s]\nmaximumAge: 60s\njitter: 0.1\n")
        try await must(["contacts", "import", path("people.csv"), "--list", "l"])
        try await must(["licences", "add", "\(licences ?? addresses.count)"])
        var create = [
            "campaign", "create", "c", "--list", "l", "--from", "Survey <s@example.org>", "--subject",
            "Hi {{firstName}}", "--text", path("text.txt"), "--retry", path("retry.yaml"),
        ]
        if let html {
            try write("page.html", html)
            create += ["--html", path("page.html")]
        }
        try await must(create)
    }

    func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

    func write(_ name: String, _ text: String) throws {
        try text.write(to: directory.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }

    /// A campaign's numbers.
    func statistics(of name: String = "c") async throws -> Statistics {
        let output = try await must(["campaign", "stats", name, "--format", "json"])
        return try #require(try JSONDecoder().decode(Campaign.self, from: Data(output.utf8)).mailings.first)
    }

    /// Waits until every contact has a permanent outcome.
    func finish(limit: Duration) async throws -> Statistics {
        try await poll("the campaign does not end: \(coordinator.errors)", limit: limit) {
            try await statistics().state == "finished"
        }
        return try await statistics()
    }

    /// Every message that the simulator has accepted so far, in order.
    func acceptances() throws -> [Acceptance] {
        let text = try String(contentsOf: log, encoding: .utf8)
        // What stands behind the last line's end is half a line, if anything.
        guard let end = text.lastIndex(of: "\n") else { return [] }
        return try text[..<end].split(separator: "\n").map {
            try JSONDecoder().decode(Acceptance.self, from: Data($0.utf8))
        }.filter { $0.reply.hasPrefix("250") }
    }

    /// How often the simulator accepted a message for each recipient.
    func accepted() throws -> [String: Int] {
        try acceptances().reduce(into: [:]) { $0[$1.recipient, default: 0] += 1 }
    }

    /// Stops everything in order and removes the directory.
    func stop() async throws {
        for worker in workers { worker.signal(SIGTERM) }
        for worker in workers { try await worker.wait() }
        coordinator.signal(SIGTERM)
        try await coordinator.wait()
        simulator.signal(SIGTERM)
        try await simulator.wait()
        try FileManager.default.removeItem(at: directory)
    }

    /// A message that the simulator has decided on.
    struct Acceptance: Decodable {
        var time: String
        var recipient: String
        var reply: String

        var date: Date {
            get throws { try Date(time, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }
        }
    }

    struct Campaign: Decodable { var mailings: [Statistics] }
    struct Statistics: Decodable {
        struct Licences: Decodable { var reserved: Int, charged: Int, released: Int }
        var state: String
        var audience: Int
        var outcomes: [String: Int]
        var attempts: Int
        var licences: Licences
        var waitsFor: String?

        func count(_ outcome: String) -> Int { outcomes[outcome] ?? 0 }
    }
}
