internal import NIOSSL

extension RedisError {
    /// Says in an operator's words why a connection could not be secured; nil if the error is not about that.
    init?(securing endpoint: RedisEndpoint, _ error: any Error) {
        guard let tls = endpoint.tls, let message = Self.explanation(endpoint, tls, error) else { return nil }
        self.init(.tlsFailed, message, underlyingError: error)
    }

    private static func explanation(_ endpoint: RedisEndpoint, _ tls: RedisTLS, _ error: any Error) -> String? {
        switch error {
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            return
                "The certificate of Redis at \(endpoint) is for another name (\(error)). Use a name that is in it, or say "
                + "which one to expect (servername=…)."
        case let error as NIOSSLExtraError:
            return "The name of Redis at \(endpoint) cannot be looked for in a certificate: \(error)."
        case NIOSSLError.unableToValidateCertificate:
            return
                "The certificate of Redis at \(endpoint) is for another name. Use a name or address that is in it, or say "
                + "which one to expect (servername=…)."
        case NIOSSLError.uncleanShutdown:
            return nil
        case is NIOSSLError, is BoringSSLError:
            return explanation(endpoint, tls, text: "\(error)")
        default:
            return nil
        }
    }

    /// The library names its errors only in text.
    private static func explanation(_ endpoint: RedisEndpoint, _ tls: RedisTLS, text: String) -> String {
        let ours = tls.certificateFile.map { "our certificate \($0)" } ?? "us without a certificate (cert=…&key=…)"
        for (mark, message) in [
            (
                "CERTIFICATE_VERIFY_FAILED",
                "The certificate of Redis at \(endpoint) is not trusted: it is not signed by an authority in "
                    + "\(tls.authorityFile ?? "the system's list"), or not valid today. Name the file of its authority (cacert=…)."
            ),
            (
                "WRONG_VERSION_NUMBER",
                "Redis at \(endpoint) speaks no TLS on this port. Use its tls-port, or an address that begins with redis and not rediss."
            ),
            (
                "EOF during handshake",
                "Redis at \(endpoint) closed the connection instead of securing it. Check that this is its tls-port."
            ),
            ("ALERT_UNKNOWN_CA", "Redis at \(endpoint) does not trust \(ours): another authority signed it."),
            ("CERTIFICATE_EXPIRED", "Redis at \(endpoint) refuses \(ours): it has expired."),
            ("CERTIFICATE", "Redis at \(endpoint) refuses \(ours)."),
            ("HANDSHAKE_FAILURE", "Redis at \(endpoint) refuses \(ours), or shares no cipher with us."),
        ] where text.contains(mark) { return message }
        return "The connection to Redis at \(endpoint) could not be secured: \(text)"
    }
}
