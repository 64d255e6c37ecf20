import Delivery
import Foundation
import TestSupport
import Testing

@Suite("A campaign by the command line alone")
struct CommandLineCampaignTests {
    /// A coordinator with its embedded Redis, a simulator and a worker as processes.
    private struct World {
        let directory: TemporaryDirectory
        let coordinator: PostriderProcess
        let simulator: PostriderProcess
        let worker: PostriderProcess

        var data: String { directory.path + "/data" }

        init() async throws {
            directory = try TemporaryDirectory()
            let data = directory.path + "/data"
            let simulator = try PostriderProcess([
                "simulator", "--listen", "127.0.0.1:0", "--log", directory.path + "/simulator.ndjson",
            ])
            let coordinator = try PostriderProcess(["coordinator", "--data", data, "--listen", "127.0.0.1:0"])
            try await poll("no coordinator: \(coordinator.errors)") { coordinator.output.contains("ready at") }
            try await poll("no simulator: \(simulator.errors)") { simulator.output.contains("ready at") }
            let relay = try #require(simulator.output.firstMatch(of: /smtp:\/\/127\.0\.0\.1:\d+/)).output
            let worker = try PostriderProcess(["worker", "--data", data, "--relay", String(relay), "--name", "w1"])
            try await poll("no worker: \(worker.errors)") { worker.errors.contains("worker started") }
            self.simulator = simulator
            self.coordinator = coordinator
            self.worker = worker
        }

        /// Runs a client command.
        func run(_ arguments: String..., input: String = "") async throws -> Postrider.Output {
            try await Postrider.run(arguments, environment: ["POSTRIDER_DATA": data], input: input)
        }

        /// Runs a client command that has to succeed, and reads the JSON that it prints.
        func json(_ arguments: String...) async throws -> [String: Any] {
            let run = try await Postrider.run(arguments + ["--format", "json"], environment: ["POSTRIDER_DATA": data])
            try #require(run.status == 0, "\(run.errors)")
            return try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        }

        /// Stops all three in good order; each has to exit with 0.
        func stop() async throws {
            for process in [worker, simulator, coordinator] {
                process.signal(SIGTERM)
                #expect(try await process.wait() == 0, "\(process.errors)")
            }
        }
    }

    private static let contacts = """
        email,first_name
        ok.1@one.example,Ann
        ok.2@two.example,"Böb, the second"
        bounce.3@one.example,Cid
        full-1.4@two.example,Dan
        spam.5@one.example,Eve
        not an address,Fay
        OK.1@one.example,Gus
        left.7@one.example,Hal

        """

    @Test("every contact gets its outcome, the numbers agree, and the audit proves them")
    func wholeCampaign() async throws {
        let world = try await World()
        let file = try world.directory.file("people.csv", Self.contacts)
        let text = try world.directory.file("text.txt", "Dear {{first_name}},\n\nhow are you?\n")
        let retry = try world.directory.file("retry.yaml", "deferred: [1s]\nsoftBounced: [1s]\njitter: 0\n")

        let imported = try await world.json("contacts", "import", file, "--list", "people")
        #expect(imported["added"] as? Int == 8)
        #expect(imported["invalid"] as? Int == 1)
        #expect(imported["duplicates"] as? Int == 1)
        let again = try await world.json("contacts", "import", file, "--list", "people")
        #expect(again["added"] as? Int == 0)
        #expect(again["updated"] as? Int == 8)

        let created = try await world.run(
            "campaign", "create", "spring", "--list", "people", "--from", "Ann <ann@x.example>", "--subject",
            "Hello {{first_name}}", "--text", text, "--retry", retry)
        #expect(created.status == 0, "\(created.errors)")
        let preview = try await world.run("campaign", "preview", "spring", "--contact", "ok.1@one.example")
        #expect(preview.output.contains("Subject: Hello Ann\r\n"))
        let unstarted = try await world.run("campaign", "watch", "spring")
        #expect(unstarted.status == 1)
        #expect(unstarted.errors.contains("postrider campaign start spring"))

        _ = try await world.json("suppressions", "add", "left.7@one.example")
        let started = try await world.run("campaign", "start", "spring")
        #expect(started.output.contains("licences"), "it says that there are none")
        let second = try await world.run("campaign", "start", "spring")
        #expect(second.status == 1)
        #expect(try await world.json("licences", "add", "10")["total"] as? Int == 10)

        let watched = try await world.run("campaign", "watch", "spring")
        #expect(watched.status == 0)
        #expect(watched.output.contains("finished"))

        let stats = try await world.run("campaign", "stats", "spring", "--format", "json")
        #expect(
            stats.output.hasPrefix(
                #"{"campaign":"spring","mailings":[{"name":"invitation","audience":8,"outcomes":{"Queued":0,"Sent":3,"#
                    + #""Invalid":1,"Duplicated":1,"Unsubscribed":1,"Rejected":0,"Spam":1,"Bounced":1,"Soft Bounced":0,"#
                    + #""Deferred":0},"attempts":6,"licences":{"reserved":0,"charged":3,"released":2},"firstAt":""#))
        let bounced = try await world.json("contacts", "list", "--list", "people", "--status", "bounced")
        let rows = try #require(bounced["contacts"] as? [[String: Any]])
        #expect(rows.map { $0["address"] as? String } == ["bounce.3@one.example"])
        let shown = try await world.json("contacts", "show", "full-1.4@two.example")
        let history = try #require(shown["history"] as? [[String: Any]])
        #expect(history.map { $0["outcome"] as? String } == ["Queued", "Soft Bounced", "Sent"])

        let audit = try await world.run("audit", "spring")
        #expect(audit.status == 0, "\(audit.output)")
        let queue = try await world.json("queue", "status")
        #expect((queue["workers"] as? [[String: Any]])?.count == 1)
        try await world.stop()
    }

    @Test("a wrong file is refused with its lines, and nothing of it is imported")
    func wrongFiles() async throws {
        let world = try await World()
        let broken = try world.directory.file("broken.csv", "email,name\na@x.example,A\nb@x.example,B,too many\n\"c\n")
        let refused = try await world.run("contacts", "import", broken, "--list", "people")
        #expect(refused.status == 1)
        #expect(refused.errors.contains("line 3"))
        #expect(refused.errors.contains("line 4"))
        #expect(try await world.run("contacts", "list", "--list", "people").status == 1)
        let skipped = try await world.json("contacts", "import", broken, "--list", "people", "--skip-malformed")
        #expect(skipped["added"] as? Int == 1)
        #expect(skipped["malformed"] as? Int == 2)
        for (path, word) in [("/nonexistent.csv", "no file"), (world.directory.path, "directory")] {
            let run = try await world.run("contacts", "import", path, "--list", "people")
            #expect(run.status == 1)
            #expect(run.errors.contains(word))
        }
        for (yaml, word) in [("deferrd: [1s]\n", "deferrd"), ("deferred: [1y]\n", "1y"), ("jitter: 2\n", "jitter")] {
            let retry = try world.directory.file("retry.yaml", yaml)
            let run = try await world.run(
                "campaign", "create", "c", "--list", "people", "--from", "a@x.example", "--subject", "s", "--text",
                broken, "--retry", retry)
            #expect(run.status == 1)
            #expect(run.errors.contains(word) && run.errors.contains(retry), "\(run.errors)")
        }
        try await world.stop()
    }

    @Test(
        "a second coordinator is refused by the name of the first, a taken port by its number, and nothing is left running"
    )
    func secondCoordinator() async throws {
        let world = try await World()
        let same = try await Postrider.run(["coordinator", "--data", world.data, "--listen", "127.0.0.1:0"])
        #expect(same.status == 1)
        #expect(same.errors.contains("pid \(world.coordinator.pid)"))

        let address = try String(contentsOfFile: world.data + "/address", encoding: .utf8)
        let listen = try #require(address.firstMatch(of: /127\.0\.0\.1:\d+/)).output
        let other = world.directory.path + "/other"
        let taken = try await Postrider.run(["coordinator", "--data", other, "--listen", String(listen)])
        #expect(taken.status == 1)
        #expect(taken.errors.contains(listen))
        #expect(!FileManager.default.fileExists(atPath: other + "/redis.sock"))

        let wrong = try await Postrider.run(
            ["queue", "status", "--data", world.data], environment: ["POSTRIDER_TOKEN": "wrong"])
        #expect(wrong.status == 1)
        #expect(wrong.errors.contains("POSTRIDER_TOKEN"))
        try await world.stop()
        #expect(!FileManager.default.fileExists(atPath: world.data + "/redis.sock"))
        #expect(!FileManager.default.fileExists(atPath: world.data + "/address"))
    }
}
