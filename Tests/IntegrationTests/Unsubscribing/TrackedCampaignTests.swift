import Foundation
import TestSupport
import Testing

@Suite("A tracked campaign, from its creation to whom a reminder is for")
struct TrackedCampaignTests {
    private struct Responses: Decodable, Equatable {
        var opened: Int, opens: Int, clicked: Int, clicks: Int
        var interviewsStarted: Int, interviewsCompleted: Int, unsubscribed: Int
    }

    private struct Campaign: Decodable {
        struct Mailing: Decodable { var responses: Responses }
        var mailings: [Mailing]
    }

    private struct Contacts: Decodable {
        struct Contact: Decodable { var address: String }
        var contacts: [Contact]
    }

    private static let addresses = ["ok-ann@x.example", "ok-bob@x.example", "ok-cid@x.example"]

    @Test("opens, clicks, interviews and leaving come into the numbers and the lists", .timeLimit(.minutes(2)))
    func life() async throws {
        let run = try await CampaignRun(coordinatorArguments: ["--public-listen", "127.0.0.1:0"])
        try await poll("the public pages are nowhere") { run.publicAddress != nil }
        let base = try #require(run.publicAddress)
        try run.write(
            "page.html", "<body><a href=\"https://example.org/{{firstName}}\">a</a> {{unsubscribeLink}}</body>\n")
        let refused = try await run.run(
            ["campaign", "create", "x", "--list", "c", "--from", "s@example.org", "--subject", "x", "--text"]
                + [run.path("page.html"), "--track-opens"])
        #expect(refused.status == 64 && refused.errors.contains("tracking URL"), "\(refused.errors)")
        try await run.createCampaign(
            "c", to: Self.addresses,
            [
                "--html", run.path("page.html"), "--tracking-url", base, "--track-opens", "--track-clicks",
                "--survey-url",
                "https://survey.example/", "--unsubscribe-url", "https://news.example.org/u", "--language", "it",
            ])
        try await run.must(["campaign", "set", "c", "--no-track-opens"])
        try await run.must(["campaign", "set", "c", "--track-opens"])
        try run.startWorker()
        try await run.must(["campaign", "start", "c"])
        _ = try await run.finish(limit: .seconds(30))

        // A second time the same: a browser asks for the picture whenever the message is shown.
        for address in Self.addresses.prefix(2) {
            for _ in 0..<2 { try await run.follow(#/http:\S+/o/[a-z2-7]{40}/#, of: address, expecting: "200") }
        }
        let target = try await run.follow(#/http:\S+/c/[a-z2-7]{40}/0/#, of: Self.addresses[0], expecting: "302")
        #expect(target == "https://example.org/Zo%C3%AB")
        let leave = try await run.part(#/news\.example\.org/u/[a-z2-7]{40}/#, of: Self.addresses[2])
        let page = base + leave.trimmingPrefix("news.example.org")
        #expect(try await Tool.run(["curl", "-sS", page]).contains("Annulla l’iscrizione"))
        #expect(try await Tool.run(["curl", "-sS", "-d", "confirm=yes", page]).contains("Iscrizione annullata"))

        let expected = Responses(
            opened: 2, opens: 4, clicked: 1, clicks: 1, interviewsStarted: 0, interviewsCompleted: 0, unsubscribed: 1)
        try await poll("the numbers do not come") { try await responses(run) == expected }
        #expect(try await run.must(["campaign", "status", "c"]).contains("opened 2, clicked 1, unsubscribed 1"))
        #expect(try await run.must(["campaign", "stats", "c"]).contains("opened    2"))
        #expect(try await run.must(["contacts", "show", Self.addresses[0]]).contains("opened 2 times, first "))
        #expect(try await listed(run, ["--opened", "--not-clicked"]) == [Self.addresses[1]])
        #expect(try await listed(run, ["--status", "Sent", "--not-completed"]) == Array(Self.addresses.prefix(2)))
        #expect(try await run.run(["contacts", "list", "--list", "c", "--opened"]).status == 64)
        let audit = try await run.run(["audit"])
        #expect(audit.status == 0, "\(audit.output)")
        // What the keeper has in hand when the coordinator is told to stop is booked all the same.
        try await run.follow(#/http:\S+/o/[a-z2-7]{40}/#, of: Self.addresses[1], expecting: "200")
        try await run.restartCoordinator {}
        #expect(try await responses(run).opens == 5)
        try await run.stop()
    }

    private func responses(_ run: CampaignRun) async throws -> Responses {
        let output = try await run.must(["campaign", "stats", "c", "--format", "json"])
        return try #require(try JSONDecoder().decode(Campaign.self, from: Data(output.utf8)).mailings.first).responses
    }

    private func listed(_ run: CampaignRun, _ filter: [String]) async throws -> [String] {
        let output = try await run.must(["contacts", "list", "--campaign", "c", "--format", "json"] + filter)
        return try JSONDecoder().decode(Contacts.self, from: Data(output.utf8)).contacts.map(\.address)
    }
}

extension CampaignRun {
    /// The part of a contact's message that a pattern finds.
    fileprivate func part(_ pattern: Regex<Substring>, of address: String) async throws -> String {
        // Lines of quoted-printable that go on are joined.
        let message = try await must(["campaign", "preview", "c", "--contact", address])
            .replacing("=\r\n", with: "").replacing("=3D", with: "=")
        return String(try #require(message.firstMatch(of: pattern), "\(message)").output)
    }

    /// Fetches what a pattern finds in a contact's message; answers where it leads.
    @discardableResult
    fileprivate func follow(
        _ pattern: Regex<Substring>, of address: String, expecting status: String
    ) async throws -> String {
        let link = try await part(pattern, of: address)
        let answer = try await Tool.run(
            ["curl", "-sS", "-m", "5", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", link])
        #expect(answer.hasPrefix(status), "\(link): \(answer)")
        return String(answer.dropFirst(status.count + 1))
    }
}
