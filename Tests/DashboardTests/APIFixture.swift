import Contacts
import Dashboard
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import RedisClient
import TestSupport
import Testing

@testable import CampaignCoordinator

/// A coordinator with a book and a Redis of its own, asked over its API.
struct APIFixture {
    let client: any TestClientProtocol
    let token: String
    let redis: RedisServer
    /// The coordinator's own book, to bring it into a state that only workers could.
    let book: ContactBook

    /// Runs `body` with a coordinator that is taken away afterwards.
    static func with(
        siteLimits: [String: SiteLimitSetting] = [:], _ body: @Sendable (APIFixture) async throws -> Void
    ) async throws {
        let redis = try await RedisServer.start()
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("api-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var logger = Logger(label: "api")
        logger.logLevel = .critical
        var configuration = CoordinatorConfiguration(
            dataDirectory: directory, redis: try RedisEndpoint(parsing: redis.url), name: "test")
        configuration.siteLimits = siteLimits
        let coordinator = try await Coordinator.open(configuration, logger: logger)
        do {
            let server = try APIServer(coordinator: coordinator, dataDirectory: directory, logger: logger)
            try await server.application(host: "127.0.0.1", port: 0).test(.router) { client in
                try await body(
                    APIFixture(client: client, token: coordinator.token, redis: redis, book: coordinator.book))
            }
        } catch {
            await coordinator.close()
            throw error
        }
        await coordinator.close()
        await redis.stop()
    }

    /// Asks with the token.
    func ask(_ path: String, _ method: HTTPRequest.Method = .get, body: String? = nil) async throws -> TestResponse {
        try await client.execute(
            uri: path, method: method, headers: [.authorization: "Bearer \(token)"],
            body: body.map { ByteBuffer(string: $0) })
    }

    /// Asks, and reads the answer, which has to be a success.
    func get<Answer: Decodable>(_ path: String, as type: Answer.Type = Answer.self) async throws -> Answer {
        try Self.decode(try await ask(path))
    }

    /// Sends a value, and reads the answer, which has to be a success.
    func post<Answer: Decodable>(
        _ path: String, _ body: some Encodable, as type: Answer.Type = Answer.self
    ) async throws -> Answer {
        try Self.decode(
            try await ask(path, .post, body: String(decoding: try JSONEncoder().encode(body), as: UTF8.self)))
    }

    /// The error that a request is answered with.
    func refusal(
        _ path: String, _ method: HTTPRequest.Method = .get, body: String? = nil
    ) async throws -> (status: Int, error: APIErrorReport.Body) {
        let response = try await ask(path, method, body: body)
        let report = try JSONDecoder().decode(APIErrorReport.self, from: Data(response.body.readableBytesView))
        return (response.status.code, report.error)
    }

    /// Imports a file, and waits for what became of it.
    func importFile(_ text: String, list: String = "people") async throws -> TestResponse {
        let begun: APIImport = try Self.decode(
            try await ask(APIRoute.imports(list: list) + "?file=people.csv", .post, body: text))
        while true {
            let response = try await ask(APIRoute.importProgress(begun.id))
            guard response.status == .ok, try Self.decode(response, as: APIImport.self).report == nil else {
                return response
            }
            await Task.yield()
        }
    }

    /// Reads a success.
    static func decode<Answer: Decodable>(
        _ response: TestResponse, as type: Answer.Type = Answer.self
    ) throws -> Answer {
        try #require((200..<300).contains(response.status.code), "\(String(buffer: response.body))")
        return try JSONDecoder().decode(Answer.self, from: Data(response.body.readableBytesView))
    }
}
