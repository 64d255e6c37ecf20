import CampaignCoordinator
import Contacts
import Dashboard
import Delivery
import Foundation
import Hummingbird
import HummingbirdTesting
import MailMessage
import NIOCore
import Testing

@Suite("Reminders over the API")
struct APIReminderTests {
    private static var draft: CampaignDraft {
        var message = MessageOptions()
        message.surveyURL = "https://survey.example/s?t="
        message.bounceDomain = "bounces.x.example"
        return CampaignDraft(
            name: "spring", list: "people", from: "Ann <ann@x.example>", replyTo: "desk@x.example", subject: "Hello",
            text: "Dear {{name}}: {{surveyLink}}", retry: try? RetryPolicy(maximumAge: .seconds(3600)), message: message
        )
    }

    private static let reminder = ReminderDraft(subject: "Still time", text: "Dear {{name}}, again: {{surveyLink}}")

    /// Runs `body` with a campaign that was sent to two of three contacts.
    private func withCampaign(
        _ draft: CampaignDraft = draft, _ body: @Sendable (APIFixture) async throws -> Void
    ) async throws {
        try await APIFixture.with { api in
            _ = try await api.importFile("email,name\na@x.example,Ada\nb@x.example,Bob\nc@x.example,Cid\n")
            _ = try await api.post(APIRoute.campaigns, draft, as: APICampaign.self)
            let mailing = MailingID(rawValue: 1)
            _ = try await api.book.addLicences(3)
            try await api.book.start(mailing, at: .now)
            while try await !api.book.prepare(mailing, limit: 100, at: .now).isComplete {}
            _ = try await api.book.reserveBatch(mailing: mailing, from: 0, limit: 9, fieldNames: [], at: .now)
            let sent = [0, 1].map {
                StatusChange(
                    job: DeliveryJob.ID(mailing: mailing, ordinal: $0), time: .now, outcome: .sent, reason: .accepted,
                    rule: "2x", phase: .dot, attempt: 1, reply: "250 ok")
            }
            _ = try await api.book.book(sent, streamPosition: "1-0", shard: 0, at: .now)
            try await body(api)
        }
    }

    @Test("a reminder is made with the invitation's settings and its own words, looked at, and started by its name")
    func life() async throws {
        try await withCampaign { api in
            let asked: ReminderReport = try await api.post(APIRoute.forecast("spring"), AudienceQuestion())
            #expect(asked.mailing == nil && asked.audience.contacts == 2 && asked.audience.reached == 2)
            let made: ReminderReport = try await api.post(APIRoute.mailings("spring"), Self.reminder)
            #expect(made.mailing == "reminder" && made.audience == asked.audience)
            #expect(made.notes.contains { $0.contains("still on its way (1 ") })

            let campaign: APICampaign = try await api.get(APIRoute.campaign("spring"))
            #expect(campaign.mailings.map(\.name) == ["invitation", "reminder"])
            #expect(campaign.mailings.map(\.state) == [.running, .draft])
            #expect(campaign.mailings.map(\.selection) == [nil, AudienceSelection(of: "invitation", .usual)])
            #expect(campaign.mailings[1].message == Self.draft.message)
            let book = try await api.book.campaign(named: "spring").mailings
            #expect(book[1].retry == book[0].retry && book[1].retry.contains("1h"))
            #expect(book[1].template.contains("desk@x.example") && book[1].template.contains("again"))

            let preview = APIRoute.preview("spring")
            let text = try await api.ask(preview + "?contact=a@x.example&mailing=reminder")
            #expect(String(buffer: text.body).contains("Subject: Still time\r\n"))
            let started: APICampaignChange = try APIFixture.decode(
                try await api.ask(APIRoute.campaign("spring", action: "start") + "?mailing=reminder", .post))
            #expect(started.campaign.mailings.map(\.name) == ["reminder"])
            #expect(started.campaign.mailings.map(\.state) == [.preparing])
            let again = try await api.refusal(
                APIRoute.campaign("spring", action: "start") + "?mailing=reminder", .post)
            #expect(again.status == 409)
        }
    }

    @Test("what a reminder is given replaces what the invitation has")
    func own() async throws {
        try await withCampaign { api in
            var draft = Self.reminder
            draft.name = "last"
            draft.from = "Bea <bea@x.example>"
            draft.replyTo = "none"
            draft.options = try MailingOptions(weight: 7)
            draft.retry = try RetryPolicy(maximumAge: .seconds(7200))
            var message = MessageOptions()
            message.surveyURL = "https://other.example/"
            draft.message = message
            var filter = AudienceFilter()
            filter.outcomes = [.queued]
            draft.audience = filter
            let made: ReminderReport = try await api.post(APIRoute.mailings("spring"), draft)
            #expect(made.mailing == "last" && made.audience.contacts == 1)
            let mailing: APICampaign = try await api.get(APIRoute.campaign("spring") + "?mailing=last")
            #expect(mailing.mailings.map(\.options.weight) == [7])
            #expect(mailing.mailings.map(\.message) == [message])
            let stored = try await api.book.mailing(of: "spring", named: "last")
            #expect(stored.template.contains("bea@x.example") && !stored.template.contains("desk@x.example"))
            #expect(stored.retry.contains("2h"))

            draft.replace = true
            draft.audience = nil
            let replaced: ReminderReport = try await api.post(APIRoute.mailings("spring"), draft)
            #expect(replaced.audience.contacts == 2)
            #expect(try await api.book.campaign(named: "spring").mailings.count == 2)
            let discarded: APICampaignChange = try APIFixture.decode(
                try await api.ask(APIRoute.campaign("spring", action: "discard") + "?mailing=last", .post))
            #expect(discarded.campaign.mailings.map(\.name) == ["invitation"])
        }
    }

    @Test("a command that acts on one mailing names them all where there are several, and overviews cover all")
    func several() async throws {
        try await withCampaign { api in
            _ = try await api.post(APIRoute.mailings("spring"), Self.reminder, as: ReminderReport.self)
            let options = #"{"weight": 2}"#
            let orders: [(String, HTTPRequest.Method, String?)] = [
                ("start", .post, nil), ("pause", .post, nil), ("resume", .post, nil), ("cancel", .post, nil),
                ("discard", .post, nil),
                ("options", .post, options), ("message", .post, "{}"), ("check", .get, nil),
                ("preview?contact=a@x.example", .get, nil), ("contacts", .get, nil), ("held", .get, nil),
                ("held", .post, #"{"kind":"in_doubt","decision":"resend"}"#),
                ("test", .post, #"{"to":"me@x.example"}"#),
            ]
            for (order, method, body) in orders {
                let refusal = try await api.refusal("\(APIRoute.campaign("spring"))/\(order)", method, body: body)
                #expect(refusal.status == 400, "\(order)")
                #expect(refusal.error.message.contains("--mailing"), "\(order)")
                #expect(refusal.error.message.contains("invitation, reminder"), "\(order)")
            }
            let paused: APICampaignChange = try APIFixture.decode(
                try await api.ask(APIRoute.campaign("spring", action: "pause") + "?mailing=invitation", .post))
            #expect(paused.campaign.mailings.map(\.state) == [.paused])
            let changed: APICampaignChange = try APIFixture.decode(
                try await api.ask(APIRoute.options("spring") + "?mailing=reminder", .post, body: options))
            #expect(changed.campaign.mailings.map(\.options.weight) == [2])
            let all: APICampaign = try await api.get(APIRoute.campaign("spring"))
            #expect(all.mailings.map(\.options.weight) == [1, 2])
            let audit: AuditReport = try await api.get(APIRoute.audit + "?campaign=spring")
            #expect(audit.isBalanced)
            #expect(Set(audit.checks.map(\.scope)) == ["spring/invitation", "spring/reminder", "book"])
            let one: AuditReport = try await api.get(APIRoute.audit + "?campaign=spring&mailing=reminder")
            #expect(Set(one.checks.map(\.scope)) == ["spring/reminder", "book"])
            #expect(try await api.refusal(APIRoute.audit + "?mailing=reminder").status == 400)
            #expect(try await api.refusal(APIRoute.campaign("spring") + "?mailing=x").status == 404)
        }
    }

    static let refusals: [(String, Int, String)] = [
        (#"{"subject":"s","text":"t","of":"x"}"#, 404, "Known mailings: invitation"),
        (#"{"subject":"s","text":"t","name":"invitation"}"#, 409, "already"),
        (#"{"subject":"s","text":"t","audience":{"opened":false}}"#, 400, "does not track opens"),
        (#"{"subject":"s","text":"t","audience":{"clicked":true}}"#, 400, "does not track clicks"),
        (#"{"subject":"s","text":"t","audience":{"notOpened":true}}"#, 400, "notOpened"),
        (#"{"subject":"s","text":"t","audience":{"status":["Gone"]}}"#, 400, "Gone"),
        (#"{"subject":"{{s","text":"t"}"#, 400, "tag"),
        (#"{"subject":"s"}"#, 400, "text"),
        (#"{"subject":"s","text":"t","from":"Ann"}"#, 400, "Ann"),
    ]

    @Test("a reminder that cannot be is refused with its reason", arguments: refusals)
    func refused(body: String, status: Int, word: String) async throws {
        try await withCampaign { api in
            let refusal = try await api.refusal(APIRoute.mailings("spring"), .post, body: body)
            #expect(refusal.status == status)
            #expect(refusal.error.message.contains(word), "\(refusal.error.message)")
            #expect(try await api.refusal(APIRoute.mailings("x"), .post, body: body).status >= 400)
            #expect(try await api.book.campaign(named: "spring").mailings.count == 1)
        }
    }

    @Test("where nothing is known of interviews, nobody is taken for somebody who did not answer")
    func unknown() async throws {
        var draft = Self.draft
        draft.text = "Dear {{name}}: https://survey.example/"
        try await withCampaign(draft) { api in
            let usual = try await api.refusal(
                APIRoute.mailings("spring"), .post, body: #"{"subject":"s","text":"t"}"#)
            #expect(usual.status == 400 && usual.error.message.contains("{{surveyLink}}"))
            var filter = AudienceFilter()
            filter.outcomes = [.sent]
            let sent: ReminderReport = try await api.post(
                APIRoute.forecast("spring"), AudienceQuestion(audience: filter))
            #expect(sent.audience.contacts == 2)
        }
    }

    @Test("a reminder of a draft, and one for nobody, are refused")
    func nobody() async throws {
        try await withCampaign { api in
            var second = Self.draft
            second.name = "autumn"
            _ = try await api.post(APIRoute.campaigns, second, as: APICampaign.self)
            let early = try await api.refusal(
                APIRoute.mailings("autumn"), .post, body: #"{"subject":"s","text":"t"}"#)
            #expect(early.status == 409 && early.error.message.contains("not started"))

            var draft = Self.reminder
            var filter = AudienceFilter()
            filter.completed = true
            draft.audience = filter
            let made: ReminderReport = try await api.post(APIRoute.mailings("spring"), draft)
            #expect(made.audience.contacts == 0)
            #expect(!made.notes.contains { $0.contains("--status Sent") }, "whoever did it has the invitation")
            filter.completed = false
            let anybody: ReminderReport = try await api.post(
                APIRoute.forecast("spring"), AudienceQuestion(audience: filter))
            #expect(anybody.notes.contains { $0.contains("--status Sent") })
            let start = try await api.refusal(
                APIRoute.campaign("spring", action: "start") + "?mailing=reminder", .post)
            #expect(start.status == 409 && start.error.message.contains("nobody to remind"))
        }
    }
}
