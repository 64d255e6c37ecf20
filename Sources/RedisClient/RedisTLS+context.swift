internal import NIOCore
internal import NIOSSL

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

extension RedisTLS {
    /// Reads the files; it blocks, so not on an event loop.
    ///
    /// Done for each connection, so that renewed certificates are used.
    func makeContext() throws(RedisError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if verification == .none { configuration.certificateVerification = .none }
        if let authorityFile {
            configuration.trustRoots = .certificates(try Self.certificates(in: authorityFile, "CA file"))
        }
        if let certificateFile {
            configuration.certificateChain = try Self.certificates(in: certificateFile, "client certificate")
                .map { .certificate($0) }
        }
        if let keyFile { configuration.privateKey = .privateKey(try Self.key(in: keyFile)) }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw RedisError(
                .tlsFailed,
                "The client certificate \(certificateFile ?? "") and its key \(keyFile ?? "") cannot be used together: \(error). "
                    + "Check that the key belongs to the certificate.",
                underlyingError: error)
        }
    }

    private static func certificates(in path: String, _ role: String) throws(RedisError) -> [NIOSSLCertificate] {
        try checkReadable(path, role)
        guard let certificates = try? NIOSSLCertificate.fromPEMFile(path), !certificates.isEmpty else {
            throw RedisError(
                .tlsFailed, "The \(role) \(path) holds no certificate in PEM form (BEGIN CERTIFICATE).")
        }
        return certificates
    }

    private static func key(in path: String) throws(RedisError) -> NIOSSLPrivateKey {
        try checkReadable(path, "key file")
        do {
            return try NIOSSLPrivateKey(file: path, format: .pem)
        } catch {
            throw RedisError(
                .tlsFailed,
                "The key file \(path) holds no private key in PEM form without a passphrase (BEGIN PRIVATE KEY).",
                underlyingError: error)
        }
    }

    private static func checkReadable(_ path: String, _ role: String) throws(RedisError) {
        guard access(path, R_OK) == 0 else {
            throw RedisError(
                .tlsFailed,
                "The \(role) \(path) cannot be read: \(String(cString: strerror(errno))). Correct its path or its permissions."
            )
        }
    }
}

extension RedisTLS {
    /// The handler that secures a channel.
    ///
    /// - Parameter host: whom we call; an IP address is looked for in the certificate as such.
    func makeHandler(_ context: NIOSSLContext, host: String) throws -> NIOSSLClientHandler {
        let name = serverName ?? host
        let isAddress = (try? SocketAddress(ipAddress: name, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : name)
    }
}
