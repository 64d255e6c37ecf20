internal import Delivery
internal import NIOCore
internal import NIOSSL

/// How a connection to one host is secured: makes the TLS handler, and looks at the certificate.
struct SMTPTLS {
    let context: NIOSSLContext
    let host: SMTPHost

    private var check: SMTPCertificateCheck { host.security.check }

    /// The handler that begins the handshake as soon as the connection is there.
    func makeHandler() throws -> NIOSSLClientHandler {
        guard case .dane(let records, let names) = check else { return try handler(callback: nil) }
        let verifier = DANEVerifier(records: records, names: [host.name] + names)
        return try handler { certificates, promise in
            let chain = certificates.compactMap(DANEVerifier.Presented.init)
            switch verifier.quickVerdict(chain) {
            case let verdict?:
                promise.succeed(verdict ? .certificateVerified : .failed)
            case nil:
                // Chains are built by a library that is asynchronous; the handshake waits for the promise.
                promise.completeWithTask { await verifier.verifiesByAuthority(chain) ? .certificateVerified : .failed }
            }
        }
    }

    private func handler(callback: NIOSSLCustomVerificationCallback?) throws -> NIOSSLClientHandler {
        func make(_ name: String?) throws -> NIOSSLClientHandler {
            if let callback {
                try NIOSSLClientHandler(context: context, serverHostname: name, customVerificationCallback: callback)
            } else {
                try NIOSSLClientHandler(context: context, serverHostname: name)
            }
        }
        // A name that cannot be said in SNI (RFC 6066 §3), an address above all, is left out.
        return try (try? make(CertificateNames.normalized(host.name))) ?? make(nil)
    }

    /// Why the certificate, whose chain is good, will not do; `nil` if it will.
    func objection(to certificate: NIOSSLCertificate?) -> String? {
        guard case .names(let names, _) = check else { return nil }
        guard let certificate, let presented = try? CertificateNames(der: certificate.toDERBytes()) else {
            return "the server's certificate cannot be read"
        }
        if names.contains(where: { presented.cover($0) }) { return nil }
        return "the server's certificate is for \(presented), not for \(names.joined(separator: " or "))"
    }

    /// Says in an operator's words, and in those of RFC 8460, why no TLS came about.
    ///
    /// - Parameter certificate: What the server showed, if it came to that.
    func explanation(_ error: any Error, _ certificate: NIOSSLCertificate?) -> (String, TLSResultType) {
        if "\(error)".contains("CERTIFICATE_VERIFY_FAILED") { return (objectionToChain, result(certificate)) }
        return (explanation(error), .validationFailure)
    }

    private func result(_ certificate: NIOSSLCertificate?) -> TLSResultType {
        if case .dane = check { return .tlsaInvalid }
        guard let certificate else { return .certificateNotTrusted }
        let now = UnixTime.now.milliseconds / 1000
        let isInTime = Int64(certificate.notValidBefore) <= now && now <= Int64(certificate.notValidAfter)
        return isInTime ? .certificateNotTrusted : .certificateExpired
    }

    private var objectionToChain: String {
        switch check {
        case .dane: "the server's certificate matches no TLSA record"
        case .names(_, .file(let path)):
            "the server's certificate is not signed by an authority in \(path), or not valid today"
        case .names, .none:
            "the server's certificate is not signed by an authority that this system trusts, or not valid today"
        }
    }

    private func explanation(_ error: any Error) -> String {
        if error is IOError { return "the connection was lost during the TLS handshake: \(error.connectionProblem)" }
        let text = "\(error)"
        for (mark, words) in [
            ("WRONG_VERSION_NUMBER", "the server does not speak TLS here"),
            ("UNSUPPORTED_PROTOCOL", "the server speaks only versions of TLS before 1.2"),
            ("PROTOCOL_VERSION", "the server speaks only versions of TLS before 1.2"),
            ("EOF during handshake", "the server closed the connection during the TLS handshake"),
            ("uncleanShutdown", "the server closed the connection during the TLS handshake"),
            ("HANDSHAKE_FAILURE", "the server shares no cipher with us, or wants a certificate of ours"),
        ] where text.contains(mark) { return words }
        return "TLS failed: \(text)"
    }
}
