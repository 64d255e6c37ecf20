internal import Delivery
internal import Synchronization
internal import X509

/// The certificates of SNS by their addresses, each fetched when a message first names it and kept for a day.
///
/// A message that makes us fetch is not verified yet: so few a minute are fetched that nobody can make us busy with it.
final class SNSCertificates: Sendable {
    private struct Entry {
        var certificate: SNSCertificate
        var fetched: UnixTime
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// The fetches of the minute that began then.
        var fetches = 0
        var minute = UnixTime(milliseconds: 0)
    }

    private static let lifetime = Duration.seconds(86_400)
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
        guard SNSAddress.isCertificate(message.certificateURL) else {
            throw WebhookError(.forbidden, "its certificate is not at an address of SNS")
        }
        let certificate = try await certificate(at: message.certificateURL, now)
        guard certificate.hasSigned(message, at: now) else {
            throw WebhookError(.forbidden, "its signature is wrong")
        }
    }

    private func certificate(at url: String, _ now: UnixTime) async throws(WebhookError) -> SNSCertificate {
        let known: SNSCertificate? = try state.withLock { state throws(WebhookError) in
            if let entry = state.entries[url], now - entry.fetched < Self.lifetime { return entry.certificate }
            if now - state.minute >= .seconds(60) {
                state.minute = now
                state.fetches = 0
            }
            guard state.fetches < Self.mostFetchesPerMinute else {
                throw WebhookError(.unavailable, "too many certificates were asked for in this minute")
            }
            state.fetches += 1
            return nil
        }
        if let known { return known }
        let pem: [UInt8]
        do {
            pem = try await fetcher.get(url)
        } catch {
            throw WebhookError(.unavailable, "SNS's certificate cannot be fetched: \(error)")
        }
        let certificate = try await SNSCertificate(pem: pem, roots: roots)
        state.withLock { state in
            if state.entries.count >= Self.most { state.entries.removeAll() }
            state.entries[url] = Entry(certificate: certificate, fetched: now)
        }
        return certificate
    }
}
