internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// Fetches over HTTPS.
struct WebFetcher: WebFetching {
    /// An authority that is trusted beside the system's.
    var certificateAuthorityFile: String?
    var timeout = TimeAmount.seconds(10)

    /// Certificates and SNS's answers are much shorter.
    private static let mostBytes = 64 << 10

    func get(_ url: String) async throws(WebFetchError) -> [UInt8] {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let file = certificateAuthorityFile { tls.additionalTrustRoots = [.file(file)] }
        var options = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow, timeout: .init(connect: timeout),
            decompression: .disabled)
        options.httpVersion = .http1Only
        options.connectionPool.retryConnectionEstablishment = false
        // It happens once a day: nothing is kept open for the next time.
        let client = HTTPClient(
            eventLoopGroupProvider: .shared(HTTPClient.defaultEventLoopGroup), configuration: options)
        let result: Result<[UInt8], WebFetchError>
        do {
            result = .success(try await read(url, client))
        } catch let error as WebFetchError {
            result = .failure(error)
        } catch {
            result = .failure(WebFetchError(message: "\(error)"))
        }
        // That it cannot be closed twice is of no interest.
        try? await client.shutdown()
        return try result.get()
    }

    private func read(_ url: String, _ client: HTTPClient) async throws -> [UInt8] {
        let response = try await client.execute(HTTPClientRequest(url: url), timeout: timeout)
        guard response.status == .ok else {
            throw WebFetchError(message: "the server answered \(response.status.code)")
        }
        return Array(buffer: try await response.body.collect(upTo: Self.mostBytes))
    }
}
