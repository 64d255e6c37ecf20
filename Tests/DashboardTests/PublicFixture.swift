import Contacts
import Dashboard
import Delivery
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import MailMessage
import NIOCore
import RedisClient
import TestSupport
import Testing

@testable import CampaignCoordinator

/// A coordinator with a started campaign of three contacts, reached over its public server.
struct PublicFixture {
    static let addresses = ["ann@x.example", "bob@x.example", "c@x.example"]

    let client: any TestClientProtocol
    let coordinator: Coordinator
    let mailing: MailingID

    /// Runs `body` with a coordinator that is taken away afterwards.
    ///
    /// - Parameters:
    ///   - from: the campaign's sender.
    ///   - language: the language of its pages.
    static func with(
        from: String = "\"Ann's <Survey> & Co\" <s@x.example>", language: PageLanguage? = nil,
        _ body: @Sendable (PublicFixture) async throws -> Void
    ) async throws {
        var message = MessageOptions()
        message.unsubscribeURL = "https://news.x.example/u"
        message.surveyURL = "https://survey.example/s?t="
        message.trackingURL = "https://news.x.example"
        message.trackOpens = true
        message.trackClicks = true
        message.language = language
        let redis = try await RedisServer.start()
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("web-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        var logger = Logger(label: "web")
        logger.logLevel = .critical
        let coordinator = try await Coordinator.open(
            CoordinatorConfiguration(
                dataDirectory: directory.path, redis: try RedisEndpoint(parsing: redis.url), name: "test"),
            logger: logger)
        do {
            let file = directory.appendingPathComponent("people.csv")
            try ("email,city\n" + addresses.map { "\($0),Rio\n" }.joined()).write(
                to: file, atomically: true, encoding: .utf8)
            let book = coordinator.book
            _ = try await book.importCSV(path: file.path, list: "people", skipMalformed: false, at: .now)
            _ = try await book.addLicences(3)
            let campaign = try await coordinator.createCampaign(
                CampaignDraft(
                    name: "spring", list: "people", from: from, subject: "Hello", text: "Hello",
                    html: "<a href=\"https://example.org/{{city}}\">a</a><a href=\"{{surveyLink}}\">b</a>",
                    message: message))
            let mailing = campaign.mailings[0].id
            try await book.start(mailing, at: .now)
            while try await !book.prepare(mailing, limit: 100, at: .now).isComplete {}
            _ = try await book.reserveBatch(mailing: mailing, from: 0, limit: 100, fieldNames: [], at: .now)
            let server = PublicServer(coordinator: coordinator, logger: logger)
            try await server.application(host: "127.0.0.1", port: 0).test(.router) { client in
                try await body(PublicFixture(client: client, coordinator: coordinator, mailing: mailing))
            }
        } catch {
            await coordinator.close()
            throw error
        }
        await coordinator.close()
        await redis.stop()
    }

    /// A contact's token.
    func token(_ purpose: ContactToken.Purpose, _ ordinal: UInt32 = 0) -> String {
        coordinator.tokenKeys.current.text(
            ContactToken(purpose, job: DeliveryJob.ID(mailing: mailing, ordinal: ordinal)))
    }

    func ask(
        _ path: String, _ method: HTTPRequest.Method = .get, headers: HTTPFields = [:], body: String? = nil
    ) async throws -> TestResponse {
        try await client.execute(
            uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
    }

    /// Sends a form.
    func post(
        _ path: String, _ body: String, type: String = "application/x-www-form-urlencoded"
    ) async throws -> TestResponse {
        try await ask(path, .post, headers: [.contentType: type], body: body)
    }

    /// The names of the contacts' statuses.
    func statuses() async throws -> [String] {
        try await coordinator.audience(campaign: "spring", mailing: nil, AudienceFilter(), after: nil, limit: 10)
            .map(\.status)
    }

    func responses() async throws -> MailingResponses {
        try await coordinator.bookEngagements()
        return try await coordinator.statistics("spring").mailings[0].responses
    }
}
