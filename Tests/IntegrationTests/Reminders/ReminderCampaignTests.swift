import Foundation
import TestSupport
import Testing

@Suite("A campaign with an invitation and reminders")
struct ReminderCampaignTests {
    private static let ann = "ok-ann@x.example"
    private static let bob = "ok-bob@x.example"
    private static let cid = "ok-cid@x.example"
    private static let dan = "ok-dan@x.example"
    private static let eva = "bounce-eva@x.example"

    private struct Campaign: Decodable {
        struct Mailing: Decodable {
            struct Responses: Decodable { var opened: Int, interviewsCompleted: Int, unsubscribed: Int }
            struct Licences: Decodable { var charged: Int }
            var name: String
            var state: String
            var audience: Int
            var outcomes: [String: Int]
            var responses: Responses
            var licences: Licences
        }
        var mailings: [Mailing]
    }

    private func grids(_ run: CampaignRun, _ arguments: [String] = []) async throws -> [Campaign.Mailing] {
        let output = try await run.must(["campaign", "stats", "c", "--format", "json"] + arguments)
        return try JSONDecoder().decode(Campaign.self, from: Data(output.utf8)).mailings
    }

    @Test(
        "a reminder reaches exactly those it is for, with its own words, and what comes back of it is booked to it",
        .timeLimit(.minutes(3)))
    func life() async throws {
        let run = try await CampaignRun(coordinatorArguments: ["--public-listen", "127.0.0.1:0"])
        try await poll("the public pages are nowhere") { run.publicAddress != nil }
        let base = try #require(run.publicAddress)
        try await invite(run, base)

        // Ann answers the survey, Bob leaves the list, Cid opens the message, Eva bounced, and Dan does nothing.
        try await report(run, try await run.found(#/survey\.example\/([a-z2-7]{40})/#, for: Self.ann), base)
        let leave = try await run.found(#/news\.example\.org\/u\/([a-z2-7]{40})/#, for: Self.bob)
        try await post("\(base)/u/\(leave)")
        let picture = try await run.found(#/\/o\/([a-z2-7]{40})/#, for: Self.cid)
        _ = try await Tool.run(["curl", "-fsS", "-o", "/dev/null", "\(base)/o/\(picture)"])

        try run.write("again.txt", "Still time, {{firstName}}: {{surveyLink}}\n{{unsubscribeLink}}\n")
        let asked = try await run.must(["campaign", "remind", "c", "--count"])
        #expect(asked.contains("2 fit, and it would be sent to 2."), "\(asked)")
        let made = try await run.must([
            "campaign", "remind", "c", "--subject", "Still time", "--text", run.path("again.txt"),
        ])
        #expect(made.contains("postrider campaign start c --mailing reminder"), "\(made)")
        let refused = try await run.run(["campaign", "start", "c"])
        #expect(refused.status == 1 && refused.errors.contains("invitation, reminder"), "\(refused.errors)")

        // Another worker takes the reminder to a server that keeps what it gets.
        run.workers[0].signal(SIGTERM)
        try await run.workers[0].wait()
        let store = try await MessageStore(in: run.directory)
        try run.startWorker(["--relay", "smtp://127.0.0.1:\(store.port)"])
        try await run.must(["campaign", "start", "c", "--mailing", "reminder"])
        let watched = try await run.must(["campaign", "watch", "c", "--mailing", "reminder"])
        #expect(watched.contains("Sent 2"), "\(watched)")
        let messages = try store.files.map { try String(contentsOf: $0, encoding: .utf8) }
        let recipients = messages.compactMap { $0.firstMatch(of: /\r\nTo: (\S+)\r\n/).map { String($0.1) } }
        #expect(recipients.sorted() == [Self.cid, Self.dan])
        #expect(messages.allSatisfy { $0.contains("Subject: Still time\r\n") && $0.contains("Still time, ") })

        // Cid's reminder comes back, and Dan leaves by his.
        let returned = try #require(messages.first { $0.contains("To: \(Self.cid)") })
        try await bounce(run, to: String(try #require(returned.firstMatch(of: /Return-Path: <(\S+)>/)).1))
        let last = try await run.found(
            #/news\.example\.org\/u\/([a-z2-7]{40})/#, for: Self.dan, in: "reminder")
        try await post("\(base)/u/\(last)")
        try await poll("the bounce is not booked: \(run.coordinator.errors)") {
            try await grids(run, ["--mailing", "reminder"])[0].outcomes["Bounced"] == 1
        }
        try await expectGrids(run)
        #expect(try await run.must(["campaign", "status", "c"]).contains("to: contacts of invitation: Sent, did not"))
        let audit = try await run.must(["audit", "c"])
        #expect(audit.contains("c/invitation") && audit.contains("c/reminder"), "\(audit)")
        try await run.stop()
    }

    private func invite(_ run: CampaignRun, _ base: String) async throws {
        try run.write("page.html", "<body>{{firstName}}: {{surveyLink}} {{unsubscribeLink}}</body>\n")
        try await run.createCampaign(
            "c", to: [Self.ann, Self.bob, Self.cid, Self.dan, Self.eva],
            [
                "--html", run.path("page.html"), "--tracking-url", base, "--track-opens", "--survey-url",
                "https://survey.example/", "--unsubscribe-url", "https://news.example.org/u", "--bounce-domain",
                "bounce.example.org",
            ])
        try await run.must(["licences", "add", "5"])
        let early = try await run.run([
            "campaign", "remind", "c", "--subject", "x", "--text", run.path("page.html"),
        ])
        #expect(early.status == 1 && early.errors.contains("not started"), "\(early.errors)")
        try run.startWorker()
        try await run.must(["campaign", "start", "c"])
        let numbers = try await run.finish(limit: .seconds(30))
        #expect((numbers.count("Sent"), numbers.count("Bounced")) == (4, 1))
    }

    private func expectGrids(_ run: CampaignRun) async throws {
        let grids = try await grids(run)
        #expect(grids.map(\.name) == ["invitation", "reminder"])
        #expect(grids.map(\.state) == ["finished", "finished"])
        #expect(grids.map(\.audience) == [5, 2])
        #expect(
            grids.map { $0.outcomes.filter { $0.value > 0 } }
                == [["Sent": 3, "Unsubscribed": 1, "Bounced": 1], ["Unsubscribed": 1, "Bounced": 1]])
        #expect(grids.map(\.responses.interviewsCompleted) == [1, 0])
        #expect(grids.map(\.responses.unsubscribed) == [1, 1])
        #expect(grids.map(\.responses.opened) == [1, 0])
        #expect(grids.map(\.licences.charged) == [4, 2])
    }

    private func report(_ run: CampaignRun, _ token: String, _ base: String) async throws {
        let access = try String(contentsOfFile: run.data + "/token", encoding: .utf8)
        let api = try #require(run.coordinator.output.firstMatch(of: /is ready at (http:[^ ,]+)/)).1
        let answer = try await Tool.run([
            "curl", "-sS", "-H", "Authorization: Bearer \(access.trimmingCharacters(in: .whitespacesAndNewlines))",
            "\(api)/api/v1/interviews", "--data", #"[{"token":"\#(token)","event":"completed"}]"#,
        ])
        #expect(answer.contains(#""booked":1"#), "\(answer)")
    }

    private func post(_ page: String) async throws {
        _ = try await Tool.run(["curl", "-fsS", "-d", "List-Unsubscribe=One-Click", page])
    }

    private func bounce(_ run: CampaignRun, to returnPath: String) async throws {
        let message = """
            From: MAILER-DAEMON@mx.x.example
            Subject: Undelivered Mail Returned to Sender
            Message-ID: <1@mx.x.example>
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=delivery-status; boundary="b"

            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.x.example

            Final-Recipient: rfc822; \(Self.cid)
            Action: failed
            Status: 5.1.1

            --b--
            """
        let inbound = try await run.run(["inbound", "--file", "-", "--recipient", returnPath], input: message)
        #expect(inbound.status == 0, "\(inbound.errors)")
    }
}

extension CampaignRun {
    /// What a pattern finds in a contact's message.
    fileprivate func found(
        _ pattern: Regex<(Substring, Substring)>, for address: String, in mailing: String? = nil
    ) async throws -> String {
        let preview = ["campaign", "preview", "c", "--contact", address] + (mailing.map { ["--mailing", $0] } ?? [])
        // Lines of quoted-printable that go on are joined.
        let message = try await must(preview).replacing("=\r\n", with: "").replacing("=3D", with: "=")
        return String(try #require(message.replacing("\r\n ", with: " ").firstMatch(of: pattern), "\(message)").1)
    }
}
