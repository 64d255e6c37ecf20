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

@Suite("Interviews and audiences over the API")
struct APIInterviewTests {
    private static let draft = CampaignDraft(
        name: "spring", list: "people", from: "Ann <ann@x.example>", subject: "Hello", text: "Dear {{name}}")

    /// Runs `body` with a campaign of two contacts that was sent to the first.
    private func withCampaign(
        _ body: @Sendable (APIFixture, @escaping @Sendable (UInt32) -> String) async throws -> Void
    ) async throws {
        try await APIFixture.with { api in
            _ = try await api.importFile("email,name\na@x.example,Ada\nb@x.example,Bob\n")
            let campaign: APICampaign = try await api.post(APIRoute.campaigns, Self.draft)
            #expect(campaign.mailings.count == 1)
            let mailing = MailingID(rawValue: 1)
            _ = try await api.book.addLicences(2)
            try await api.book.start(mailing, at: .now)
            while try await !api.book.prepare(mailing, limit: 100, at: .now).isComplete {}
            _ = try await api.book.reserveBatch(mailing: mailing, from: 0, limit: 9, fieldNames: [], at: .now)
            let sent = StatusChange(
                job: DeliveryJob.ID(mailing: mailing, ordinal: 0), time: .now, outcome: .sent, reason: .accepted,
                rule: "2x", phase: .dot, attempt: 1, reply: "250 ok")
            _ = try await api.book.book([sent], streamPosition: "1-0", shard: 0, at: .now)
            let directory = URL(fileURLWithPath: api.book.path).deletingLastPathComponent()
            let keys = try TokenKeys(file: directory.appendingPathComponent(TokenKeys.fileName).path)
            try await body(api) { ordinal in
                keys.current.text(ContactToken(.survey, job: DeliveryJob.ID(mailing: mailing, ordinal: ordinal)))
            }
        }
    }

    @Test("reported interviews are counted once, and say whom a reminder is for")
    func interviews() async throws {
        try await withCampaign { api, token in
            let report = [
                InterviewNote(token: token(0), event: .started, at: "2026-11-27T09:30:00Z"),
                InterviewNote(token: token(0), event: .completed, at: "2026-11-27T09:40:00.250Z"),
                InterviewNote(token: token(1), event: .started),
            ]
            let first: InterviewSummary = try await api.post(APIRoute.interviews, report)
            #expect((first.booked, first.repeated, first.tests) == (3, 0, 0))
            let again: InterviewSummary = try await api.post(APIRoute.interviews, report)
            #expect((again.booked, again.repeated) == (0, 3))
            let campaign: APICampaign = try await api.get(APIRoute.campaign("spring"))
            let responses = campaign.mailings[0].responses
            #expect((responses.interviewsStarted, responses.interviewsCompleted) == (2, 1))

            let path = APIRoute.audience("spring")
            let open: APIAudiencePage = try await api.get(path + "?completed=false&mailing=invitation")
            #expect(open.contacts.map(\.address) == ["b@x.example"])
            let done: APIAudiencePage = try await api.get(path + "?status=Sent&completed=true&limit=1")
            #expect(done.contacts.map(\.address) == ["a@x.example"] && done.next == 0)
            #expect(done.contacts[0].engagement?.completed == "2026-11-27T09:40:00.250Z")
            let after: APIAudiencePage = try await api.get(path + "?status=Sent&completed=true&limit=1&after=0")
            #expect(after.contacts.isEmpty && after.next == nil)
            #expect(try await api.refusal(path + "?completed=maybe").status == 400)
            #expect(try await api.refusal(path + "?mailing=x").status == 404)
        }
    }

    @Test("one that cannot be taken keeps all from being booked, and each is named")
    func refused() async throws {
        try await withCampaign { api, token in
            let report = [
                InterviewNote(token: token(0), event: .started), InterviewNote(token: "x", event: .started),
                InterviewNote(token: token(0), event: .completed, at: "yesterday"),
            ]
            let body = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
            let refusal = try await api.refusal(APIRoute.interviews, .post, body: body)
            #expect(refusal.status == 400 && refusal.error.code == "bad_input")
            #expect(refusal.error.rows?.map(\.line) == [2, 3] && refusal.error.rowCount == 2)
            let unknown = try JSONEncoder().encode([InterviewNote(token: token(7), event: .started)])
            let other = try await api.refusal(
                APIRoute.interviews, .post, body: String(decoding: unknown, as: UTF8.self))
            #expect(other.error.rows?.map(\.line) == [1])
            for body in ["{}", "[{\"token\":\"x\"}]", "[{\"token\":\"x\",\"event\":\"began\"}]"] {
                #expect(try await api.refusal(APIRoute.interviews, .post, body: body).status == 400)
            }
            let campaign: APICampaign = try await api.get(APIRoute.campaign("spring"))
            #expect(campaign.mailings[0].responses.isEmpty)
            #expect(try await api.client.execute(uri: APIRoute.interviews, method: .post).status == .unauthorized)
        }
    }
}
