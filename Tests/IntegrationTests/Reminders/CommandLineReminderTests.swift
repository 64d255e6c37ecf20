import Foundation
import TestSupport
import Testing

@Suite("Reminders by the command line")
struct CommandLineReminderTests {
    static let mistakes: [(String, String)] = [
        ("remind c", "--subject and --text"), ("remind c --subject x", "--subject and --text"),
        ("remind c --count --subject x", "leave the name and the message out"),
        ("remind c --count --name r", "leave the name and the message out"),
        ("remind c --count --opened --not-opened", "leave nobody"),
        ("remind c --count --status Gone", "is not a status"),
        ("remind c --count --last-status Gone", "is not a status"),
        ("remind c --subject x --text t --replace", "--name"),
    ]

    @Test("an order that cannot be meant is refused before anything is asked", arguments: mistakes)
    func refused(words: String, remedy: String) async throws {
        let run = try await Postrider.run(["campaign"] + words.split(separator: " ").map(String.init))
        #expect(run.status == 64)
        #expect(run.errors.contains(remedy), "\(run.errors)")
    }

    @Test(
        "a draft is made, looked at, written anew and taken back; commands say which mailing", .timeLimit(.minutes(2)))
    func drafts() async throws {
        let run = try await CampaignRun()
        try await run.createCampaign("c", to: ["ok-ann@x.example", "ok-bob@x.example"], ["--weight", "3"])
        try run.write("again.txt", "Again, {{firstName}}\n")
        try run.startWorker()
        try await run.must(["campaign", "start", "c"])
        _ = try await run.finish(limit: .seconds(30))
        let remind = ["campaign", "remind", "c", "--subject", "Again", "--text", run.path("again.txt")]
        // Its text has no link to a survey: nobody can be said not to have answered it.
        let unknown = try await run.run(remind)
        #expect(unknown.status == 1 && unknown.errors.contains("{{surveyLink}}"), "\(unknown.errors)")
        let made = try await run.must(remind + ["--status", "Sent", "--quota", "100/1h", "--format", "json"])
        #expect(made.hasPrefix(#"{"mailing":"reminder","audience":{"of":"invitation","filter":{"status":["Sent"]},"#))
        #expect(made.contains(#""contacts":2,"reached":2,"withheld":{},"unsettled":0},"notes":[]}"#), "\(made)")

        let status = try await run.must(["campaign", "status", "c", "--mailing", "reminder"])
        #expect(status.contains("to: contacts of invitation: Sent\n"), "\(status)")
        #expect(
            status.contains("at most 100 an hour, with weight 3"), "what is not given is the invitation's: \(status)")
        #expect(!status.contains("c, invitation"))
        // A draft does nothing that could be watched.
        let watched = try await run.must(["campaign", "watch", "c"])
        #expect(watched.contains("c, invitation: finished"), "\(watched)")
        #expect(
            try await run.run(["campaign", "watch", "c", "--mailing", "reminder"]).errors.contains("--mailing reminder")
        )

        let taken = try await run.run(remind + ["--status", "Sent", "--name", "reminder"])
        #expect(taken.status == 1 && taken.errors.contains("--replace"), "\(taken.errors)")
        let anew = try await run.must(remind + ["--last-status", "Bounced", "--name", "reminder", "--replace"])
        #expect(anew.contains("To contacts of invitation: last status Bounced."), "\(anew)")
        #expect(anew.contains("At this moment 0 fit"), "\(anew)")
        let nobody = try await run.run(["campaign", "start", "c", "--mailing", "reminder"])
        #expect(nobody.status == 1 && nobody.errors.contains("nobody to remind"), "\(nobody.errors)")
        let set = try await run.must(["campaign", "set", "c", "--mailing", "reminder", "--quota", "none"])
        #expect(set.contains("Campaign c, reminder, is sent: with weight 3"), "\(set)")
        let several = try await run.run(["contacts", "list", "--campaign", "c"])
        #expect(several.status == 1 && several.errors.contains("invitation, reminder"), "\(several.errors)")
        let cancel = try await run.run(["campaign", "cancel", "c", "--mailing", "reminder"])
        #expect(cancel.status == 1 && cancel.errors.contains("discard it"), "\(cancel.errors)")
        try await run.must(["campaign", "discard", "c", "--mailing", "reminder"])
        #expect(try await run.must(["contacts", "list", "--campaign", "c"]).contains("2 contacts"))
        #expect(try await run.must(["campaign", "in-doubt", "c"]).contains("no messages in doubt"))
        #expect(try await run.run(["audit", "c"]).status == 0)
        try await run.stop()
    }
}
