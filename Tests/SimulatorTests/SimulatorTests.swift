import Foundation
import Logging
import Testing

@testable import Simulator

@Suite("The mailbox simulator", .timeLimit(.minutes(1)))
struct SimulatorTests {
    /// One line of the log, read back.
    struct Line: Decodable {
        var time: String
        var sender: String
        var recipient: String
        var messageID: String?
        var bytes: Int
        var reply: String
    }

    /// Runs a simulator that is quick about waiting; answers the lines of its log and its counts.
    private func run(
        _ change: (inout SimulatorConfiguration) -> Void = { _ in },
        _ body: (SimulatorClient) async throws -> Void
    ) async throws -> (lines: [Line], counts: SimulatorCounts) {
        let path = FileManager.default.temporaryDirectory.appending(path: "simulator-\(UUID()).ndjson").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var configuration = SimulatorConfiguration(port: 0, logPath: path)
        configuration.greylisting = .zero
        configuration.slowness = .milliseconds(5)
        change(&configuration)
        let simulator = try Simulator(configuration: configuration, logger: Logger(label: "test"))
        let port = try await simulator.start()
        try await SimulatorClient.run(port: port, body)
        try await simulator.stop()
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let lines = try text.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        return (lines, simulator.counts)
    }

    @Test(
        "each kind of recipient answers as its name says, time after time",
        arguments: [
            ("ok.anna", ["250 2.0.0", "250 2.0.0"]), ("bounce-1", ["550 5.1.1", "550 5.1.1"]),
            ("full", ["552 5.2.2", "552 5.2.2", "552 5.2.2", "552 5.2.2"]),
            ("full-2.x", ["552 5.2.2", "552 5.2.2", "250 2.0.0", "250 2.0.0"]), ("toobig", ["552 5.3.4", "552 5.3.4"]),
            ("spam1", ["554 5.7.1", "554 5.7.1"]), ("rejected1", ["550 5.7.26", "550 5.7.26"]),
            ("blocked1", ["554 5.7.1", "554 5.7.1"]), ("greylist1", ["450 4.2.0", "250 2.0.0"]),
            ("deferred-1.y", ["451 4.3.0", "250 2.0.0"]),
            ("deferred-3", ["451 4.3.0", "451 4.3.0", "451 4.3.0", "250 2.0.0"]),
            ("slow1", ["250 2.0.0", "250 2.0.0"]), ("anybody", ["250 2.0.0"]),
        ])
    func replies(_ localPart: String, _ replies: [String]) async throws {
        let result = try await run { (client: SimulatorClient) async throws in
            for (index, expected) in replies.enumerated() {
                // The letter case of an address does not make it another.
                let address = (index % 2 == 0 ? localPart : localPart.uppercased()) + "@example.com"
                let reply = try await client.send(to: address) ?? "closed"
                #expect(reply.hasPrefix(expected + " "))
            }
        }
        #expect(result.lines.map { $0.reply.split(separator: " ").prefix(2).joined(separator: " ") } == replies)
        let accepted = replies.count { $0.hasPrefix("250") }
        #expect(result.counts.accepted == accepted)
        #expect(result.counts.refused == replies.count - accepted)
    }

    @Test("a site that limits its senders takes so many messages a second, whoever the recipients are")
    func limitedSite() async throws {
        _ = try await run { (client: SimulatorClient) async throws in
            let replies = try await Self.withinASecond { site in
                try await (0..<3).asyncMap { try await client.send(to: "ok\($0)@limit-2-\(site).example") ?? "closed" }
            }
            #expect(replies.map { $0.prefix(9) } == ["250 2.0.0", "250 2.0.0", "451 4.7.1"])
            #expect(try await client.send(to: "ok@limit-2-other.example")?.hasPrefix("250") == true, "another site")
            try await Task.sleep(for: .seconds(1))
            #expect(try await client.send(to: "ok3@LIMIT-2-other.example")?.hasPrefix("250") == true)
            #expect(try await client.send(to: "bounce@limit-2-other.example")?.hasPrefix("550") == true)
        }
    }

    @Test("a strict site hangs up on whoever sends more than it takes")
    func strictSite() async throws {
        _ = try await run { (client: SimulatorClient) async throws in
            var reply = ""
            for number in 0..<1000 where !reply.hasPrefix("421") {
                reply = try await client.send(to: "ok\(number)@strict-1.example") ?? "closed"
            }
            #expect(reply.hasPrefix("421 4.7.0"))
            #expect(try await client.reply() == nil, "it hangs up")
        }
    }

    @Test("a site that blocks us refuses the first messages, or all for some seconds, and then takes all")
    func wall() async throws {
        _ = try await run { (client: SimulatorClient) async throws in
            for (number, expected) in ["554 5.7.1", "554 5.7.1", "250", "250"].enumerated() {
                let address = "ok\(number)@\(number % 2 == 0 ? "wall-2.example" : "Wall-2.Example")"
                #expect(try await client.send(to: address)?.hasPrefix(expected) == true)
            }
            let replies = try await Self.withinASecond { site in
                try await (0..<2).asyncMap { _ in
                    try await client.send(to: "ok@wall-1s-\(site).example") ?? "closed"
                }
            }
            #expect(replies.allSatisfy { $0.hasPrefix("554") })
            #expect(try await client.send(to: "ok@wall-1s-last.example")?.hasPrefix("554") == true)
            try await Task.sleep(for: .seconds(1))
            #expect(try await client.send(to: "ok@wall-1s-last.example")?.hasPrefix("250") == true)
        }
    }

    /// What a body answers that takes less than a second, on a busy machine after some trials; each trial is a site of its own.
    private static func withinASecond(_ body: (Int) async throws -> [String]) async throws -> [String] {
        for trial in 0..<20 {
            let start = ContinuousClock.now
            let answer = try await body(trial)
            if ContinuousClock.now - start < .milliseconds(900) { return answer }
        }
        throw Slowness()
    }

    private struct Slowness: Error {}

    @Test("greylisting lasts some seconds from the first trial")
    func greylisting() async throws {
        _ = try await run({ $0.greylisting = .seconds(600) }) { (client: SimulatorClient) async throws in
            for _ in 0..<3 {
                #expect(try await client.send(to: "greylist@example.com")?.hasPrefix("450 4.2.0") == true)
            }
        }
    }

    @Test("spam is refused at the final dot, the others at RCPT")
    func phase() async throws {
        let result = try await run { (client: SimulatorClient) async throws in
            _ = try await client.say("MAIL FROM:<sender@example.com>")
            #expect(try await client.say("RCPT TO:<bounce@example.com>")?.hasPrefix("550") == true)
            #expect(try await client.say("RCPT TO:<spam@example.com>")?.hasPrefix("250") == true)
            #expect(try await client.say("DATA")?.hasPrefix("354") == true)
            #expect(try await client.say("Message-ID: <1@x>\r\n\r\nBuy\r\n.")?.hasPrefix("554 5.7.1") == true)
        }
        #expect(result.lines.map(\.recipient) == ["bounce@example.com", "spam@example.com"])
        #expect(result.lines.map(\.messageID) == [nil, "<1@x>"])
        #expect(result.lines.map(\.bytes) == [0, 26])
    }

    @Test("throttle says 421 and closes")
    func throttle() async throws {
        let result = try await run { (client: SimulatorClient) async throws in
            #expect(try await client.send(to: "throttle@example.com")?.hasPrefix("421 4.7.0") == true)
            #expect(try await client.reply() == nil)
        }
        #expect(result.lines.map { $0.reply.hasPrefix("421 4.7.0 ") } == [true])
    }

    @Test("drop closes without an answer after the final dot, the first time only")
    func drop() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "simulator-\(UUID()).ndjson").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let simulator = try Simulator(
            configuration: SimulatorConfiguration(port: 0, logPath: path), logger: Logger(label: "test"))
        let port = try await simulator.start()
        for expected in [nil, "250"] {
            let reply = try await SimulatorClient.run(port: port) { try await $0.send(to: "drop-1@example.com") }
            #expect(reply.map { String($0.prefix(3)) } == expected)
        }
        try await simulator.stop()
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].hasSuffix("\"reply\":\"\"}"))
        #expect(simulator.counts == SimulatorCounts(accepted: 1, refused: 0, dropped: 1, connections: 2))
    }

    @Test("the log has one whole line for each decided recipient")
    func log() async throws {
        let result = try await run { (client: SimulatorClient) async throws in
            let content = "Subject: \u{e9}\r\nmessage-id:\r\n <\"a\\b\"@x>\r\n\r\nHi"
            _ = try await client.send(to: "\"a\\\"b\"@example.com", content: content)
        }
        let line = try #require(result.lines.first)
        #expect(result.lines.count == 1)
        #expect(line.sender == "sender@example.com")
        #expect(line.recipient == "\"a\\\"b\"@example.com")
        #expect(line.messageID == "<\"a\\b\"@x>")
        #expect(line.bytes == "Subject: \u{e9}\r\nmessage-id:\r\n <\"a\\b\"@x>\r\n\r\nHi\r\n".utf8.count)
        #expect(line.reply.hasPrefix("250 2.0.0 Ok: queued as "))
        let date = try Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(line.time)
        #expect(abs(date.timeIntervalSinceNow) < 60)
    }

    @Test("with discard everything is accepted and nothing is logged")
    func discard() async throws {
        let result = try await run({ $0.discards = true }) { (client: SimulatorClient) async throws in
            for name in ["bounce", "spam", "drop", "throttle"] {
                #expect(try await client.send(to: "\(name)@example.com")?.hasPrefix("250") == true)
            }
        }
        #expect(result.lines.isEmpty)
        #expect(result.counts.accepted == 4)
    }

    @Test("other addresses do what the profile and the seed say")
    func profile() async throws {
        let profile = try SimulatorProfile(json: Data(#"{"shares":{"bounce":0.5}}"#.utf8))
        let addresses = (0..<40).map { "user\($0)@example.com" }
        let result = try await run({
            $0.profile = profile
            $0.seed = 99
        }) { (client: SimulatorClient) async throws in
            for address in addresses { _ = try await client.send(to: address) }
        }
        let expected = addresses.map {
            RecipientBehaviour.behaviour(for: $0, seed: 99, profile: profile) == .bounce ? "550" : "250"
        }
        #expect(result.lines.map { String($0.reply.prefix(3)) } == expected)
        #expect(Set(expected).count == 2)
    }

    @Test("a log that cannot be opened, a port that is taken and a second start are refused")
    func refused() async throws {
        #expect(throws: SimulatorLogError.self) {
            try Simulator(
                configuration: SimulatorConfiguration(port: 0, logPath: "/nowhere/at/all.ndjson"),
                logger: Logger(label: "test"))
        }
        let first = try Simulator(configuration: SimulatorConfiguration(port: 0), logger: Logger(label: "test"))
        let port = try await first.start()
        let second = try Simulator(configuration: SimulatorConfiguration(port: port), logger: Logger(label: "test"))
        await #expect(throws: (any Error).self) { try await second.start() }
        await #expect(throws: SimulatorStateError.self) { try await first.start() }
        try await first.stop()
    }
}

extension Range<Int> {
    /// What a body answers for each number, one after the other.
    fileprivate func asyncMap<Answer>(_ body: (Int) async throws -> Answer) async throws -> [Answer] {
        var answers: [Answer] = []
        for number in self { answers.append(try await body(number)) }
        return answers
    }
}
