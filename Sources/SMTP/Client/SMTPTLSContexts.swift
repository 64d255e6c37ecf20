internal import Delivery
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// TLS contexts, which are costly to make, for all connections of one event loop.
///
/// They are made anew after a while, so that renewed certificates of authorities are used.
final class SMTPTLSContexts {
    private enum Kind: Hashable {
        /// Any certificate will do.
        case unverified
        /// The chain is verified, the names are not: there may be several.
        case chain(SMTPTrust)
        /// DANE verifies by itself.
        case dane
    }

    private static let lifetime = TimeAmount.minutes(10)
    private var contexts: [Kind: (future: EventLoopFuture<NIOSSLContext>, until: NIODeadline)] = [:]

    /// The context for such a check; fails with an ``SMTPEndpointFailure``.
    func context(for check: SMTPCertificateCheck, on eventLoop: any EventLoop) -> EventLoopFuture<NIOSSLContext> {
        let kind: Kind =
            switch check {
            case .none: .unverified
            case .names(_, let trust): .chain(trust)
            case .dane: .dane
            }
        let now = NIODeadline.now()
        if let known = contexts[kind], known.until > now { return known.future }
        // Reading files blocks, and the system's list of authorities is long.
        let future = NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) { try Self.make(kind) }
        contexts[kind] = (future, now + Self.lifetime)
        future.assumeIsolated().whenFailure { [self] _ in contexts[kind] = nil }
        return future
    }

    private static func make(_ kind: Kind) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        switch kind {
        case .unverified:
            configuration.certificateVerification = .none
        case .chain(.system):
            configuration.certificateVerification = .noHostnameVerification
        case .chain(.file(let path)):
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .certificates(try authorities(in: path))
        case .dane:
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .certificates([])
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw SMTPEndpointFailure(phase: .tls, message: "TLS cannot be set up: \(error)")
        }
    }

    private static func authorities(in path: String) throws(SMTPEndpointFailure) -> [NIOSSLCertificate] {
        guard let certificates = try? NIOSSLCertificate.fromPEMFile(path), !certificates.isEmpty else {
            throw SMTPEndpointFailure(
                phase: .tls,
                message: "the CA file \(path) cannot be read, or holds no certificate in PEM form (BEGIN CERTIFICATE)")
        }
        return certificates
    }
}
