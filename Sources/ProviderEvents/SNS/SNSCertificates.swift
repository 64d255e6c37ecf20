internal import Delivery
internal import Synchronization
internal import X509

/// The certificates of SNS by their addresses, each fetched when a message first names it and kept for a day.
///
/// A message that makes us fetch is not verified yet: so few a minute are fetched that nobody can make us busy with it. A certificate
/// that has verified a message is renewed beyond that limit, and serves, while it is valid, until a new one has come.
final class SNSCertificates: Sendable {
    private typealias Fetch = Task<Result<SNSCertificate, WebhookError>, Never>

    private struct Entry {
        var certificate: SNSCertificate
        var fetched: UnixTime
        /// When it was last to be renewed.
        var tried: UnixTime
        /// Whether a message was signed by it.
        var hasVerified = false
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// What is being fetched, by its address.
        var underway: [String: Fetch] = [:]
        /// The fetches of the minute that began then.
        var fetches = 0
        var minute = UnixTime(milliseconds: 0)
    }

    /// Where a certificate comes from.
    private enum Source {
        case known(SNSCertificate)
        /// A fetch, and what serves if it fails.
        case fetch(Fetch, otherwise: SNSCertificate?)
    }

    private static let lifetime = Duration.seconds(86_400)
    /// How long nobody tries to renew one after it was tried.
    private static let pause = Duration.seconds(60)
    private static let most = 64
    private static let mostFetchesPerMinute = 10

    private let state = Mutex(State())
    private let fetcher: any WebFetching
    private let roots: CertificateStore

    init(fetcher: any WebFetching, roots: CertificateStore = .systemTrustRoots) {
        self.fetcher = fetcher
        self.roots = roots
    }

    /// Refuses a message whose signature is wrong.
    func verify(_ message: SNSMessage, at now: UnixTime) async throws(WebhookError) {
        guard SNSAddress.isCertificate(message.certificateURL, topic: message.topic) else {
            throw WebhookError(.forbidden, "its certificate is not at an address of SNS")
        }
        let url = message.certificateURL
        guard try await certificate(at: url, now).hasSigned(message, at: now) else {
            throw WebhookError(.forbidden, "its signature is wrong")
        }
        state.withLock { $0.entries[url]?.hasVerified = true }
    }

    private func certificate(at url: String, _ now: UnixTime) async throws(WebhookError) -> SNSCertificate {
        switch try source(of: url, now) {
        case .known(let certificate): return certificate
        case .fetch(let fetch, let otherwise):
            switch await fetch.value {
            case .success(let certificate): return certificate
            case .failure(let error):
                guard let otherwise else { throw error }
                return otherwise
            }
        }
    }

    /// Begins to fetch what is missing or old, unless that is underway already.
    private func source(of url: String, _ now: UnixTime) throws(WebhookError) -> Source {
        try state.withLock { state throws(WebhookError) in
            let entry = state.entries[url]
            if let entry, now - entry.fetched < Self.lifetime || now - entry.tried < Self.pause {
                return .known(entry.certificate)
            }
            if let fetch = state.underway[url] { return .fetch(fetch, otherwise: entry?.certificate) }
            if entry?.hasVerified != true {
                if now - state.minute >= .seconds(60) {
                    state.minute = now
                    state.fetches = 0
                }
                guard state.fetches < Self.mostFetchesPerMinute else {
                    if let entry { return .known(entry.certificate) }
                    throw WebhookError(.unavailable, "too many certificates were asked for in this minute")
                }
                state.fetches += 1
            }
            state.entries[url]?.tried = now
            // A task of its own: several requests wait for it, and the one that began it may be gone before it is done.
            let fetch = Fetch { await self.fetch(url, now) }
            state.underway[url] = fetch
            return .fetch(fetch, otherwise: entry?.certificate)
        }
    }

    private func fetch(_ url: String, _ now: UnixTime) async -> Result<SNSCertificate, WebhookError> {
        let result: Result<SNSCertificate, WebhookError>
        do throws(WebhookError) {
            result = .success(try await download(url))
        } catch {
            result = .failure(error)
        }
        state.withLock { state in
            state.underway[url] = nil
            guard case .success(let certificate) = result else { return }
            let hasVerified = state.entries[url]?.hasVerified ?? false
            if state.entries.count >= Self.most { state.entries = state.entries.filter(\.value.hasVerified) }
            if state.entries.count >= Self.most { state.entries.removeAll() }
            state.entries[url] = Entry(certificate: certificate, fetched: now, tried: now, hasVerified: hasVerified)
        }
        return result
    }

    private func download(_ url: String) async throws(WebhookError) -> SNSCertificate {
        let pem: [UInt8]
        do {
            pem = try await fetcher.get(url)
        } catch {
            throw WebhookError(.unavailable, "SNS's certificate cannot be fetched: \(error)")
        }
        return try await SNSCertificate(pem: pem, roots: roots)
    }
}
