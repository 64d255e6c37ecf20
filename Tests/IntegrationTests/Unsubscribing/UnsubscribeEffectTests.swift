import Foundation
import TestSupport
import Testing

@Suite("From the click on an unsubscribe link to the last message")
struct UnsubscribeEffectTests {
    private static let campaigns = 12
    private static let target = "ok-target@x.example"

    @Test("what a worker has claimed for a contact who leaves is not sent", .timeLimit(.minutes(3)))
    func effect() async throws {
        // With CHUNKING all of it would be on the wire at once. Like this the server takes one message at a time, and a second and a
        // half for each of the others: the worker has all of it in its hands for long.
        let run = try await CampaignRun(
            coordinatorArguments: ["--public-listen", "127.0.0.1:0"], simulatorArguments: ["--without", "CHUNKING"])
        let addresses = [Self.target] + people(5, "slow")
        let options = ["--unsubscribe-url", "https://news.example.org/u"]
        for number in 0..<Self.campaigns { try await run.createCampaign("c\(number)", to: addresses, options) }
        for number in 0..<Self.campaigns { try await run.must(["campaign", "start", "c\(number)"]) }
        try run.startWorker(["--connections", "2"])
        try await poll("the target gets no mail", limit: .seconds(30)) {
            try run.accepted()[Self.target] ?? 0 >= 1
        }
        let held = try await run.queue().inFlight

        let page = try await run.link(in: "c0", for: Self.target)
        let click = Date.now
        let answer = try await Tool.run(
            ["curl", "-sS", "-m", "5", "-w", "\n%{http_code}", "-d", "List-Unsubscribe=One-Click", page])
        let answered = Date.now
        #expect(answer.hasSuffix("\n200"), "\(answer)")
        try await poll("mail that was claimed is not withheld", limit: .seconds(10)) {
            try await run.history(of: Self.target).deliveries.allSatisfy {
                ["Sent", "Unsubscribed"].contains($0.status)
            }
        }
        // Whatever was in the air has come down by then.
        try await Task.sleep(for: .seconds(3))
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let ends = try await run.history(of: Self.target).deliveries.flatMap(\.events).filter { $0.rule == "L3" }
            .map { try Date($0.time, strategy: style) }
        let late = try run.acceptances().filter { try $0.recipient == Self.target && $0.date > click }
            .map { try $0.date.timeIntervalSince(click) }
        let last = try #require(ends.max()).timeIntervalSince(click)
        print(
            """
            unsubscribe: \(held) jobs in the worker's hands, \(ends.count) of them for the contact withheld; answered after \
            \(milliseconds(answered.timeIntervalSince(click))) ms, the last withheld after \(milliseconds(last)) ms; \
            \(late.count) messages sent after the click\(late.max().map { ", the last after \(milliseconds($0)) ms" } ?? "")
            """)
        #expect(ends.count >= Self.campaigns / 3, "most were in the worker's hands: \(ends.count)")
        #expect(last < 1.5 && late.allSatisfy { $0 < 1.5 })
        try await run.stop()
    }

    @Test(
        "so it is when more are suppressed at once than is told of, and what may be in doubt is marked",
        .timeLimit(.minutes(3)))
    func many() async throws {
        let run = try await CampaignRun(simulatorArguments: ["--without", "CHUNKING"])
        let addresses = [Self.target] + people(5, "slow")
        for number in 0..<Self.campaigns {
            try await run.createCampaign("c\(number)", to: addresses, ["--in-doubt", "hold"])
        }
        for number in 0..<Self.campaigns { try await run.must(["campaign", "start", "c\(number)"]) }
        try run.startWorker(["--connections", "2"])
        try await poll("the target gets no mail", limit: .seconds(30)) {
            try run.accepted()[Self.target] ?? 0 >= 1
        }
        let others = (0..<600).map { "nobody\($0)@x.example\n" }.joined()
        let added = try await run.run(["suppressions", "add"], input: others + Self.target + "\n")
        #expect(added.status == 0, "\(added.errors)")
        let clock = ContinuousClock.now
        try await poll("mail that was claimed is not withheld", limit: .seconds(10)) {
            try await run.history(of: Self.target).deliveries.allSatisfy {
                ["Sent", "Unsubscribed"].contains($0.status)
            }
        }
        #expect(ContinuousClock.now - clock < .seconds(3))
        let withheld = try await run.history(of: Self.target).deliveries.flatMap(\.events).count { $0.rule == "L3" }
        #expect(withheld >= Self.campaigns / 3, "most were in the worker's hands: \(withheld)")
        try await run.stop()
    }

    private func milliseconds(_ seconds: TimeInterval) -> Int { Int((seconds * 1000).rounded()) }
}

extension CampaignRun {
    /// Where the unsubscribe link of a contact's message leads on this machine, where no proxy stands before the public pages.
    fileprivate func link(in campaign: String, for address: String) async throws -> String {
        let message = try await must(["campaign", "preview", campaign, "--contact", address])
        let token = try #require(
            message.replacing("\r\n ", with: " ").firstMatch(of: /news\.example\.org\/u\/([a-z2-7]{40})/))
        return "\(try #require(publicAddress))/u/\(token.1)"
    }
}
