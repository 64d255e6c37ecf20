internal import AsyncHTTPClient
internal import Dashboard
internal import Foundation
internal import NIOCore
internal import NIOFoundationCompat
internal import NIOHTTP1

/// Asks the coordinator over its HTTP API, and turns what goes wrong into sentences.
struct APIClient: Sendable {
    /// Even an audit of millions of contacts answers within this.
    private static let timeLimit = TimeAmount.minutes(10)
    private static let largestAnswer = 256 << 20

    let address: String
    private let token: APIToken
    private let http: HTTPClient

    /// Runs `body` with a client, and closes its connections afterwards.
    static func with<T>(address: String, token: APIToken, _ body: (APIClient) async throws -> T) async throws -> T {
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(5)
        configuration.redirectConfiguration = .disallow
        // A coordinator that is not there is reported at once.
        configuration.connectionPool.retryConnectionEstablishment = false
        let http = HTTPClient(configuration: configuration)
        let result: Result<T, any Error>
        do {
            result = .success(try await body(APIClient(address: address, token: token, http: http)))
        } catch {
            result = .failure(error)
        }
        try await http.shutdown()
        return try result.get()
    }

    /// Asks for something.
    func get<Answer: Decodable>(_ path: String, as type: Answer.Type = Answer.self) async throws -> Answer {
        try await decode(send(request(path)))
    }

    /// Asks for bytes, such as a message.
    func bytes(_ path: String) async throws -> [UInt8] {
        Array(buffer: try await send(request(path)))
    }

    /// Sends something as JSON.
    func post<Answer: Decodable>(
        _ path: String, _ body: some Encodable, as type: Answer.Type = Answer.self
    ) async throws -> Answer {
        var request = request(path, method: .POST)
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(try JSONEncoder().encode(body))
        return try await decode(send(request))
    }

    /// Tells the coordinator to do something.
    func post<Answer: Decodable>(_ path: String, as type: Answer.Type = Answer.self) async throws -> Answer {
        try await decode(send(request(path, method: .POST)))
    }

    /// Sends a file as it is read; nothing of it is held.
    func upload<Answer: Decodable>(
        _ path: String, _ file: FileChunks, as type: Answer.Type = Answer.self
    ) async throws -> Answer {
        var request = request(path, method: .POST)
        request.headers.add(name: "Content-Type", value: "text/csv")
        request.body = .stream(file, length: file.size.map { .known(Int64($0)) } ?? .unknown)
        return try await decode(send(request, timeLimit: .hours(24)))
    }

    private func request(_ path: String, method: HTTPMethod = .GET) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: address + path)
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer \(token.text)")
        request.headers.add(name: "Accept", value: "application/json")
        return request
    }

    private func send(_ request: HTTPClientRequest, timeLimit: TimeAmount = timeLimit) async throws -> ByteBuffer {
        let response: HTTPClientResponse
        let body: ByteBuffer
        do {
            response = try await http.execute(request, timeout: timeLimit)
            body = try await response.body.collect(upTo: Self.largestAnswer)
        } catch let error as CommandError {
            throw error
        } catch {
            throw CoordinatorUnreachable(address: address, error)
        }
        guard (200..<300).contains(response.status.code) else { throw problem(response.status, body) }
        return body
    }

    private func decode<Answer: Decodable>(_ body: ByteBuffer) throws -> Answer {
        do {
            return try JSONDecoder().decode(Answer.self, from: body)
        } catch {
            throw CommandError(
                "what answers at \(address) is not a coordinator of this version of Postrider (\(error)); check the address"
            )
        }
    }

    private func problem(_ status: HTTPResponseStatus, _ body: ByteBuffer) -> any Error {
        guard let report = try? JSONDecoder().decode(APIErrorReport.self, from: body) else {
            return CommandError("what answers at \(address) is not a coordinator (\(status)); check the address")
        }
        if report.error.code == "wrong_token" {
            return CommandError(
                "the coordinator at \(address) does not accept the token of \(token.source); it is in the file \"token\" of "
                    + "that coordinator's data directory: name the directory with --data, or set POSTRIDER_TOKEN to the right one"
            )
        }
        return report
    }
}

/// The coordinator does not answer at all.
struct CoordinatorUnreachable: Error, CustomStringConvertible {
    let description: String

    init(address: String, _ error: any Error) {
        let reason = NetworkProblem.words(for: error)
        description =
            "no coordinator answers at \(address) (\(reason)); start one with \"postrider coordinator --data DIR\", or name "
            + "its address with --coordinator URL"
    }
}
