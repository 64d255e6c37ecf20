import CampaignCoordinator
import Contacts
import Dashboard
import Delivery
import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@Suite("Options and held messages over the API")
struct APIHeldTests {
    private static let draft = CampaignDraft(
        name: "spring", list: "people", from: "Ann <ann@x.example>", subject: "Hello", text: "Dear you")

    /// A started campaign to five contacts, of which two are in doubt, one is dead and one is Sent.
    private func campaign(_ api: APIFixture, options: MailingOptions? = nil) async throws -> MailingID {
        _ = try await api.importFile("email\n" + (0..<5).map { "p\($0)@x.example\n" }.joined())
        _ = try await api.post(APIRoute.licences, APILicenceTopUp(add: 5), as: LicenceSummary.self)
        var draft = Self.draft
        draft.options = options
        _ = try await api.post(APIRoute.campaigns, draft, as: APICampaign.self)
        let id = try await api.book.campaign(named: "spring").mailings[0].id
        try await api.book.start(id, at: .now)
        _ = try await api.book.prepare(id, at: .now)
        _ = try await api.book.reserveBatch(mailing: id, from: 0, limit: 5, fieldNames: [], at: .now)
        func change(_ ordinal: UInt32, _ outcome: Outcome, _ reason: Reason) -> StatusChange {
            StatusChange(
                job: .init(mailing: id, ordinal: ordinal), time: .now, outcome: outcome, reason: reason, rule: "C3",
                phase: .dot, attempt: 0, reply: "connection lost")
        }
        let changes = [
            change(0, .sent, .accepted), change(1, .queued, .inDoubtHeld), change(2, .queued, .recoveredTooOften),
            change(4, .queued, .inDoubtHeld),
        ]
        _ = try await api.book.book(changes, streamPosition: "1-0", shard: 0, at: .now)
        return id
    }

    @Test("what is held is counted, listed in pages and by kind, and shown in the contact's history")
    func listed() async throws {
        try await APIFixture.with { api in
            _ = try await campaign(api)
            let mailing = try await api.get(APIRoute.campaign("spring"), as: APICampaign.self).mailings[0]
            #expect((mailing.inDoubt, mailing.dead, mailing.options) == (2, 1, .standard))
            func page(_ query: [(name: String, value: String)]) async throws -> APIHeldPage {
                try await api.get(APIRoute.held("spring") + APIRoute.query(query))
            }
            let all = try await page([])
            #expect(all.held.map(\.ordinal) == [1, 2, 4])
            #expect(all.held.map(\.kind) == [.inDoubt, .dead, .inDoubt])
            #expect(all.held[0].address == "p1@x.example")
            #expect(all.held[0].reason == "connection lost")
            #expect(all.next == nil)
            let first = try await page([("kind", "in_doubt"), ("limit", "1")])
            #expect(first.held.map(\.ordinal) == [1])
            let second = try await page([("kind", "in_doubt"), ("limit", "1"), ("after", "\(first.next ?? 0)")])
            #expect(second.held.map(\.ordinal) == [4])
            let history: ContactHistory = try await api.get(APIRoute.contact("p2@x.example"))
            #expect(history.deliveries.map(\.held) == [.dead])
            for query in ["?kind=doubtful", "?after=x", "?limit=0"] {
                #expect(try await api.refusal(APIRoute.held("spring") + query).status == 400)
            }
            #expect(try await api.refusal(APIRoute.held("autumn")).status == 404)
        }
    }

    @Test("a decision about what is not held is refused with the reason, and nothing is done")
    func refused() async throws {
        try await APIFixture.with { api in
            let id = try await campaign(api)
            func refusal(_ order: APIHoldDecision) async throws -> (status: Int, error: APIErrorReport.Body) {
                let body = String(decoding: try JSONEncoder().encode(order), as: UTF8.self)
                return try await api.refusal(APIRoute.held("spring"), .post, body: body)
            }
            let sent = try await refusal(
                APIHoldDecision(kind: .inDoubt, decision: .resend, addresses: ["p1@x.example", "p0@x.example"]))
            #expect((sent.status, sent.error.code) == (409, "wrong_state"))
            #expect(sent.error.message.contains("p0@x.example"))
            let stranger = try await refusal(
                APIHoldDecision(kind: .dead, decision: .drop, addresses: ["q@x.example"]))
            #expect(stranger.status == 404)
            let counts = try await api.book.heldCounts(mailing: id)
            #expect((counts.inDoubt, counts.dead) == (2, 1))

            _ = try await api.ask(APIRoute.campaign("spring", action: "cancel"), .post)
            let cancelled = try await refusal(APIHoldDecision(kind: .inDoubt, decision: .resend, addresses: nil))
            #expect(cancelled.status == 409)
            #expect(cancelled.error.message.contains("cancelled"))
            let malformed = try await api.refusal(
                APIRoute.held("spring"), .post, body: #"{"kind":"doubtful","decision":"resend"}"#)
            #expect((malformed.status, malformed.error.code) == (400, "bad_input"))
        }
    }

    @Test("a decision about all says how many were meant; when nothing is held, none")
    func decided() async throws {
        try await APIFixture.with { api in
            _ = try await campaign(api)
            let order = APIHoldDecision(kind: .inDoubt, decision: .sent, addresses: nil)
            let report: HoldReport = try await api.post(APIRoute.held("spring"), order)
            #expect(report.asked == 2)
            let none = APIHoldDecision(kind: .dead, decision: .drop, addresses: [])
            let nothing: HoldReport = try await api.post(APIRoute.held("spring"), none)
            #expect((nothing.asked, nothing.resolved) == (0, 0))
        }
    }

    @Test("options are kept from the draft, and changed on the way; only the policy for doubt is fixed by the start")
    func options() async throws {
        try await APIFixture.with { api in
            let hold = try MailingOptions(inDoubt: .hold, weight: 3)
            _ = try await campaign(api, options: hold)
            func change(_ options: MailingOptions) async throws -> TestAnswer {
                let body = String(decoding: try JSONEncoder().encode(options), as: UTF8.self)
                let response = try await api.ask(APIRoute.options("spring"), .post, body: body)
                return (response.status.code, String(buffer: response.body))
            }
            let quota = try MailingOptions(inDoubt: .hold, weight: 1, quotaPerHour: 100)
            #expect(try await change(quota).status == 200)
            let mailing = try await api.get(APIRoute.campaign("spring"), as: APICampaign.self).mailings[0]
            #expect(mailing.options == quota)
            let resend = try await change(.standard)
            #expect(resend.status == 409)
            #expect(resend.body.contains("before the start"))
            let bad = try await api.refusal(APIRoute.options("spring"), .post, body: #"{"weight":0}"#)
            #expect(bad.status == 400)
            #expect(bad.error.message.contains("weight"))
        }
    }

    private typealias TestAnswer = (status: Int, body: String)

    @Test("a mailing that runs outside its hours says until when it waits")
    func hours() async throws {
        try await APIFixture.with { api in
            // An hour that begins in about two hours, whatever the time of day.
            let later = Date(timeIntervalSinceNow: 7200).formatted(Date.ISO8601FormatStyle()).dropFirst(11).prefix(5)
            let end = Date(timeIntervalSinceNow: 10800).formatted(Date.ISO8601FormatStyle()).dropFirst(11).prefix(5)
            let window = try SendingWindow(
                from: #require(TimeOfDay(parsing: String(later))), until: #require(TimeOfDay(parsing: String(end))),
                timeZone: "UTC")
            _ = try await campaign(api, options: try MailingOptions(window: window))
            let mailing = try await api.get(APIRoute.campaign("spring"), as: APICampaign.self).mailings[0]
            #expect(mailing.waitsFor?.contains("T\(later):00") == true, "\(mailing.waitsFor ?? "it does not wait")")
        }
    }
}
