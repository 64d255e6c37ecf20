import CampaignCoordinator
import Contacts
import Dashboard
import Delivery
import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

@Suite("Campaigns and accounts over the API")
struct APICampaignTests {
    private static let draft = CampaignDraft(
        name: "spring", list: "people", from: "Ann <ann@x.example>", subject: "Hello {{name}}", text: "Dear {{name}}")

    @Test("a campaign is made, previewed, started once, paused and cancelled")
    func life() async throws {
        try await APIFixture.with { api in
            _ = try await api.importFile("email,name\na@x.example,Ada\n")
            let campaign: APICampaign = try await api.post(APIRoute.campaigns, Self.draft)
            #expect(campaign.mailings.map(\.state) == [.draft])
            #expect(campaign.mailings.map(\.waitsFor) == ["not started"])

            let message = try await api.ask(APIRoute.preview("spring") + APIRoute.query([("contact", "a@x.example")]))
            #expect(message.headers[.contentType] == "message/rfc822")
            #expect(String(buffer: message.body).contains("Subject: Hello Ada\r\n"))
            #expect(
                String(buffer: message.body).contains("Message-ID: <1.4294967295"),
                "a link in it must not be that of the first contact")

            let early = try await api.refusal(APIRoute.campaign("spring", action: "pause"), .post)
            #expect(early.status == 409)

            let started: APICampaignChange = try APIFixture.decode(
                try await api.ask(APIRoute.campaign("spring", action: "start"), .post))
            #expect(started.notes.contains { $0.contains("licences") })
            let again = try await api.refusal(APIRoute.campaign("spring", action: "start"), .post)
            #expect(again.status == 409)
            #expect(again.error.code == "wrong_state")

            let paused: APICampaignChange = try APIFixture.decode(
                try await api.ask(APIRoute.campaign("spring", action: "pause"), .post))
            #expect(paused.campaign.mailings.map(\.state) == [.paused])
            let cancelled: APICampaignChange = try APIFixture.decode(
                try await api.ask(APIRoute.campaign("spring", action: "cancel"), .post))
            #expect(cancelled.campaign.mailings.map(\.state) == [.cancelled])
            let all: APICampaigns = try await api.get(APIRoute.campaigns)
            #expect(all.campaigns.map(\.campaign) == ["spring"])
        }
    }

    @Test("the numbers of a campaign have all ten outcomes by name")
    func outcomes() async throws {
        try await APIFixture.with { api in
            _ = try await api.importFile("email,name\na@x.example,Ada\n")
            _ = try await api.post(APIRoute.campaigns, Self.draft, as: APICampaign.self)
            let response = try await api.ask(APIRoute.campaign("spring"))
            let text = String(buffer: response.body)
            for outcome in Outcome.allCases { #expect(text.contains("\"\(outcome.name)\":0"), "\(text)") }
        }
    }

    @Test(
        "a draft that cannot be is refused with its reason",
        arguments: [
            (#"{"name":"x"}"#, 400, "the field list is missing"),
            ("not JSON", 400, "JSON"),
            (#"{"name":"x","list":"nobody","from":"a@x.example","subject":"s","text":"t"}"#, 404, "nobody"),
            (#"{"name":"x","list":"people","from":"Ann","subject":"s","text":"t"}"#, 400, "Ann"),
            (#"{"name":"x","list":"people","from":"a@x.example","subject":"{{s","text":"t"}"#, 400, "tag"),
            (
                #"{"name":"x","list":"people","from":"a@x.example","subject":"s","text":"t","retry":{"deferred":["5y"]}}"#,
                400, "deferred"
            ),
        ])
    func badDrafts(body: String, status: Int, word: String) async throws {
        try await APIFixture.with { api in
            _ = try await api.importFile("email,name\na@x.example,Ada\n")
            let refusal = try await api.refusal(APIRoute.campaigns, .post, body: body)
            #expect(refusal.status == status)
            #expect(refusal.error.message.contains(word), "\(refusal.error.message)")
        }
    }

    @Test("a template that names a field nobody has is refused at the start, by name")
    func unknownField() async throws {
        try await APIFixture.with { api in
            _ = try await api.importFile("email,name\na@x.example,Ada\n")
            var draft = Self.draft
            draft.text = "You have {{points}} points"
            _ = try await api.post(APIRoute.campaigns, draft, as: APICampaign.self)
            let refusal = try await api.refusal(APIRoute.campaign("spring", action: "start"), .post)
            #expect(refusal.status == 400)
            #expect(refusal.error.message.contains("{{points}}"))
        }
    }

    @Test("licences are added up, and a number below one is refused")
    func licences() async throws {
        try await APIFixture.with { api in
            _ = try await api.post(APIRoute.licences, APILicenceTopUp(add: 5), as: LicenceSummary.self)
            let summary: LicenceSummary = try await api.post(APIRoute.licences, APILicenceTopUp(add: 7))
            #expect(summary.available == 12)
            let refusal = try await api.refusal(APIRoute.licences, .post, body: #"{"add":0}"#)
            #expect(refusal.status == 400)
        }
    }

    @Test("addresses are suppressed and released, and what is none is named")
    func suppressions() async throws {
        try await APIFixture.with { api in
            let addresses = APIAddresses(addresses: ["a@x.example", "A@X.example", "none"])
            let report: SuppressionReport = try await api.post(APIRoute.suppressions, addresses)
            #expect(report.added == 1)
            #expect(report.present == 1)
            #expect(report.invalid == ["none"])
            let page: APISuppressionPage = try await api.get(APIRoute.suppressions)
            #expect(page.suppressions.map(\.address) == ["a@x.example"])
            let removal: APISuppressionRemoval = try await api.post(
                APIRoute.suppressionRemovals, APIAddresses(addresses: ["a@x.example", "b@x.example"]))
            #expect(removal == APISuppressionRemoval(removed: 1, absent: 1))
        }
    }

    @Test("an empty book is balanced, an empty queue is empty")
    func operation() async throws {
        try await APIFixture.with { api in
            let report: AuditReport = try await api.get(APIRoute.audit)
            #expect(report.isBalanced)
            let queue: APIQueue = try await api.get(APIRoute.queue)
            #expect(queue.waiting == 0)
            #expect(queue.workers.isEmpty)
            #expect(queue.memory.used > 0)
            #expect(queue.redis == api.redis.url)
        }
    }

    @Test("without Redis the queue is not available, and the book still answers")
    func redisGone() async throws {
        try await APIFixture.with { api in
            await api.redis.stop()
            let refusal = try await api.refusal(APIRoute.queue)
            #expect(refusal.status == 503)
            #expect(refusal.error.code == "redis")
            let lists: APILists = try await api.get(APIRoute.lists)
            #expect(lists.lists.isEmpty)
        }
    }
}
