internal import AsyncHTTPClient
internal import Delivery
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// Fetches policies over HTTPS, with a certificate that is verified and without following redirections (RFC 8461 §3.3).
///
/// The web server's address comes from our own resolver, so that all answers come from the same place.
struct MTASTSFetcher: MTASTSFetching {
    let configuration: MTASTSConfiguration
    let source: any DNSSource
    /// A fetch takes memory for certificates; so many at a time are enough.
    private let gate = Gate(permits: 64)

    init(_ configuration: MTASTSConfiguration, source: any DNSSource) {
        self.configuration = configuration
        self.source = source
    }

    func fetch(domain: String) async throws(MTASTSFetchError) -> String {
        let host = "mta-sts.\(domain)"
        let addresses = await source.addresses(host)
        guard !addresses.records.isEmpty else {
            throw MTASTSFetchError(type: .stsPolicyFetchError, message: "the web server of the policy has no address")
        }
        await gate.enter()
        defer { gate.leave() }
        var last = MTASTSFetchError(type: .stsPolicyFetchError, message: "no address was tried")
        // One time for all addresses: mail waits for it.
        let deadline = ContinuousClock.now + configuration.timeout
        for address in addresses.records.prefix(3) {
            let left = deadline - .now
            guard left > .zero else { break }
            do {
                return try await fetch(host, at: address, within: left)
            } catch {
                last = error
            }
        }
        throw last
    }

    /// Fetches from one address, by a client that knows it under the server's name.
    private func fetch(
        _ host: String, at address: String, within time: Duration
    ) async throws(MTASTSFetchError) -> String {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let file = configuration.certificateAuthorityFile { tls.additionalTrustRoots = [.file(file)] }
        var options = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(time)), decompression: .disabled)
        options.dnsOverride = [host: address]
        options.httpVersion = .http1Only
        // It would be tried again until the time is over, which hides what is wrong.
        options.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(
            eventLoopGroupProvider: .shared(HTTPClient.defaultEventLoopGroup), configuration: options)
        let result: Result<String, MTASTSFetchError>
        do {
            result = .success(try await read(host, client, within: time))
        } catch let error as MTASTSFetchError {
            result = .failure(error)
        } catch let error where error is NIOSSLError || error is NIOSSLExtraError || error is BoringSSLError {
            result = .failure(
                MTASTSFetchError(
                    type: .stsWebPKIInvalid, message: "the web server's certificate is not valid: \(error)"))
        } catch {
            result = .failure(MTASTSFetchError(type: .stsPolicyFetchError, message: "\(error)"))
        }
        // Nothing is left open; that it cannot be closed twice is of no interest.
        try? await client.shutdown()
        return try result.get()
    }

    private func read(_ host: String, _ client: HTTPClient, within time: Duration) async throws -> String {
        let port = configuration.port == 443 ? "" : ":\(configuration.port)"
        let request = HTTPClientRequest(url: "https://\(host)\(port)/.well-known/mta-sts.txt")
        let response = try await client.execute(request, timeout: TimeAmount(time))
        guard response.status == .ok else {
            throw MTASTSFetchError(
                type: .stsPolicyFetchError, message: "the web server answered \(response.status.code)")
        }
        // Else anybody who may put files on the web server could lay down a policy (§3.2).
        guard response.headers.first(name: "content-type")?.lowercased().hasPrefix("text/plain") == true else {
            throw MTASTSFetchError(type: .stsPolicyInvalid, message: "the policy is not text/plain")
        }
        do {
            return String(buffer: try await response.body.collect(upTo: configuration.sizeLimit))
        } catch is NIOTooManyBytesError {
            throw MTASTSFetchError(type: .stsPolicyInvalid, message: "the policy is too long")
        }
    }
}
