import Delivery
import Foundation
import TestSupport
import Testing

@Suite("Commands that need no coordinator")
struct CommandLineLocalTests {
    private func object(_ line: some StringProtocol) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    @Test("address check prints an object a line in the order of its arguments, and exits 1 if one is wrong")
    func addressArguments() async throws {
        let run = try await Postrider.run(["address", "check", "Ann@Example.ORG", "no at", "jörg@münchen.example"])
        let lines = run.output.split(separator: "\n")
        try #require(lines.count == 3)
        #expect(run.status == 1)
        #expect(lines[0] == #"{"address":"Ann@Example.ORG","valid":true,"normalized":"Ann@example.org","reason":null}"#)
        let wrong = try object(lines[1])
        #expect(wrong["valid"] as? Bool == false)
        #expect(wrong["normalized"] is NSNull)
        #expect((wrong["reason"] as? String)?.isEmpty == false)
        #expect(try object(lines[2])["normalized"] as? String == "jörg@xn--mnchen-3ya.example")
    }

    @Test("address check exits 0 when all are valid")
    func addressAllValid() async throws {
        let run = try await Postrider.run(["address", "check"], input: "a@x.example\r\n\"b c\"@x.example\nd@x.example")
        #expect(run.status == 0)
        #expect(run.output.split(separator: "\n").count == 3)
    }

    @Test("address check answers every line of standard input, an empty one too")
    func addressLines() async throws {
        let run = try await Postrider.run(["address", "check"], input: "a@x.example\n\nb@x.example\n")
        let lines = run.output.split(separator: "\n")
        try #require(lines.count == 3)
        #expect(try object(lines[1])["valid"] as? Bool == false)
        #expect(run.status == 1)
    }

    @Test("a hundred thousand lines are answered one by one")
    func manyLines() async throws {
        let input = (0..<100_000).map { "user\($0)@x.example\n" }.joined()
        let run = try await Postrider.run(["address", "check"], input: input)
        #expect(run.status == 0)
        #expect(run.output.utf8.count { $0 == UInt8(ascii: "\n") } == 100_000)
        #expect(
            run.output.hasSuffix(
                #"{"address":"user99999@x.example","valid":true,"normalized":"user99999@x.example","reason":null}"#
                    + "\n"))
    }

    @Test("a reader that goes away ends the command quietly")
    func brokenPipe() async throws {
        let directory = try TemporaryDirectory()
        let input = try directory.file("addresses", String(repeating: "user@x.example\n", count: 100_000))
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/bash")
        shell.arguments = [
            "-c", #""$1" address check <"$2" 2>"$2.errors" | head -n 1 >/dev/null; exit "${PIPESTATUS[0]}""#, "bash",
            Postrider.executable.path, input,
        ]
        try shell.run()
        shell.waitUntilExit()
        // By the signal, or by what a shell shows for it.
        #expect(shell.terminationStatus == 141)
        #expect(try String(contentsOfFile: input + ".errors", encoding: .utf8).isEmpty)
    }

    @Test(
        "classify names outcome, reason and rule",
        arguments: [
            ("rcpt", "550 5.1.1 User unknown", #"{"outcome":"Bounced","reason":"no_such_user","rule":"5m"}"#),
            ("rcpt", "452 4.2.2 Mailbox full", #"{"outcome":"Soft Bounced","reason":"mailbox_full","rule":"P5"}"#),
            ("dot", "250 2.0.0 Ok: queued", #"{"outcome":"Sent","reason":"accepted","rule":"2x"}"#),
            ("mail", "250 2.1.0 Ok", #"{"outcome":null,"reason":"waiting","rule":"2x"}"#),
        ])
    func classify(phase: String, reply: String, answer: String) async throws {
        let run = try await Postrider.run(["classify", "--phase", phase, reply])
        #expect(run.status == 0)
        #expect(run.output == answer + "\n")
        let piped = try await Postrider.run(["classify"], input: "\(phase)\t\(reply)\n")
        #expect(piped.output == answer + "\n")
    }

    @Test("classify --explain shows what was understood, the words that matched and the rules passed over")
    func explain() async throws {
        let reply = "550 5.7.1 Access denied, you look like a spammer"
        let text = try await Postrider.run(["classify", "--explain", "--phase", "rcpt", reply])
        #expect(text.status == 0)
        #expect(text.output.hasPrefix("Bounced / sender_blocked, by rule 5f\n"))
        #expect(text.output.contains("block-list: \"spammer\" in \"spammer\""))
        #expect(text.output.contains("P1      Bounced / sender_blocked "))
        let json = try await Postrider.run(
            ["classify", "--explain", "--format", "json", "--phase", "rcpt", reply])
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(object["rule"] as? String == "5f")
        #expect(object["code"] as? Int == 550)
        #expect(object["status"] as? String == "5.7.1")
        #expect(object["text"] as? String == "access denied you look like a spammer")
        let passed = try #require(object["passed"] as? [[String: Any]])
        #expect(passed.first?["rule"] as? String == "L4")
        #expect(passed.allSatisfy { ($0["failed"] as? [Any])?.isEmpty == false })
    }

    @Test(
        "classify names the line that it cannot read",
        arguments: ["rcpt\t550 x\nfoo\t550 x\n", "rcpt\t550 x\nno tab\n"])
    func classifyBadLine(input: String) async throws {
        let run = try await Postrider.run(["classify"], input: input)
        #expect(run.status == 1)
        #expect(run.errors.contains("line 2"))
        #expect(run.output.split(separator: "\n").count == 1)
    }

    @Test(
        "wrong usage exits 64 and says what is wrong",
        arguments: [
            (["nonsense"], "nonsense"), (["classify", "550 x"], "--phase"),
            (["classify", "--phase", "lunch", "550 x"], "lunch"),
            (["classify", "--format", "text", "--phase", "rcpt", "550 x"], "--explain"),
            (["contacts", "list", "--list", "a", "--status", "Lost"], "Soft Bounced"),
            (["contacts", "import"], "<file>"), (["licences", "add", "0"], "above 0"),
            (["worker", "--redis", "redis://localhost"], "--relay"),
            (["worker", "--relay", "smtp://localhost"], "--redis"),
            (["coordinator"], "--data"), (["simulator"], "--listen"), (["campaign", "stats"], "<name>"),
            (["queue", "status", "--format", "xml"], "json"),
        ])
    func usage(arguments: [String], word: String) async throws {
        let run = try await Postrider.run(arguments)
        #expect(run.status == 64)
        #expect(run.errors.contains(word), "\(run.errors)")
        #expect(run.output.isEmpty)
    }

    private static let commands: [[String]] = [
        ["coordinator"], ["worker"], ["simulator"], ["contacts", "import"], ["contacts", "list"], ["contacts", "show"],
        ["campaign", "create"], ["campaign", "preview"], ["campaign", "start"], ["campaign", "pause"],
        ["campaign", "resume"], ["campaign", "cancel"], ["campaign", "status"], ["campaign", "watch"],
        ["campaign", "stats"], ["campaign", "list"], ["licences", "add"], ["licences", "show"],
        ["suppressions", "add"],
        ["suppressions", "remove"], ["suppressions", "list"], ["queue", "status"], ["audit"], ["address", "check"],
        ["classify"],
    ]

    @Test("every command has help with an example", arguments: commands)
    func help(command: [String]) async throws {
        let run = try await Postrider.run(command + ["--help"])
        #expect(run.status == 0)
        #expect(run.output.contains("Example:"))
        #expect(run.output.contains("postrider " + command.joined(separator: " ")))
    }

    @Test("without a token, without a coordinator, with a wrong address: each is said, with the remedy")
    func noCoordinator() async throws {
        let noToken = try await Postrider.run(["queue", "status"])
        #expect(noToken.status == 1)
        #expect(noToken.errors.contains("--data"))
        let noDirectory = try await Postrider.run(["queue", "status", "--data", "/nonexistent"])
        #expect(noDirectory.status == 1)
        #expect(noDirectory.errors.contains("/nonexistent/token"))
        let nobody = try await Postrider.run(
            ["queue", "status", "--coordinator", "http://127.0.0.1:1"], environment: ["POSTRIDER_TOKEN": "x"])
        #expect(nobody.status == 1)
        #expect(nobody.errors.contains("postrider coordinator --data"))
        let noAddress = try await Postrider.run(
            ["queue", "status", "--coordinator", "here"], environment: ["POSTRIDER_TOKEN": "x"])
        #expect(noAddress.status == 1)
        #expect(noAddress.errors.contains("\"here\""))
    }

    @Test("Redis that is not there ends a worker and a coordinator with its address")
    func noRedis() async throws {
        let worker = try await Postrider.run([
            "worker", "--redis", "redis://127.0.0.1:1", "--relay", "smtp://127.0.0.1:2",
        ])
        #expect(worker.status == 1)
        #expect(worker.errors.contains("redis://127.0.0.1:1"))
        let directory = try TemporaryDirectory()
        let coordinator = try await Postrider.run(
            ["coordinator", "--data", directory.path, "--redis", "redis://127.0.0.1:1", "--listen", "127.0.0.1:0"])
        #expect(coordinator.status == 1)
        #expect(coordinator.errors.contains("redis://127.0.0.1:1"))
    }

    @Test("settings come from the environment and from a file, and a key that means nothing is refused")
    func settings() async throws {
        let directory = try TemporaryDirectory()
        let file = directory.path + "/settings.yaml"
        try "data: /from/file\ncoordinator: http://127.0.0.1:1\n".write(toFile: file, atomically: true, encoding: .utf8)
        let fromFile = try await Postrider.run(["queue", "status", "--config", file])
        #expect(fromFile.errors.contains("/from/file/token"))
        let fromEnvironment = try await Postrider.run(
            ["queue", "status"], environment: ["POSTRIDER_CONFIG": file, "POSTRIDER_DATA": "/from/environment"])
        #expect(fromEnvironment.errors.contains("/from/environment/token"))
        let fromFlag = try await Postrider.run(
            ["queue", "status", "--data", "/from/flag"],
            environment: ["POSTRIDER_CONFIG": file, "POSTRIDER_DATA": "/from/environment"])
        #expect(fromFlag.errors.contains("/from/flag/token"))
        try "dta: /x\n".write(toFile: file, atomically: true, encoding: .utf8)
        let misspelt = try await Postrider.run(["queue", "status", "--config", file])
        #expect(misspelt.status == 1)
        #expect(misspelt.errors.contains("line 1: the key dta"))
    }
}

/// A directory with a short path that goes away with this value.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        // Short, because a unix socket in it may have about 100 bytes.
        path = "/tmp/pr-cli-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Writes a file and answers its path.
    func file(_ name: String, _ text: String) throws -> String {
        let file = path + "/" + name
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        return file
    }
}
