internal import NIOSSL

/// How a server secures its connections; always with TLS 1.2 or newer.
public struct SMTPServerTLS: Sendable, Hashable {
    /// The server's certificate in PEM form, followed by those in between.
    public var certificateFile: String
    /// Its private key in PEM form, without a passphrase.
    public var keyFile: String
    /// TLS from the first byte on (RFC 8314 §3) in place of STARTTLS.
    public var isImplicit: Bool
    /// Whether mail is refused before STARTTLS.
    public var isRequired: Bool

    public init(certificateFile: String, keyFile: String, isImplicit: Bool = false, isRequired: Bool = false) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.isImplicit = isImplicit
        self.isRequired = isRequired
    }

    /// Reads the files, which blocks.
    func makeContext() throws(SMTPServerTLSError) -> NIOSSLContext {
        guard let chain = try? NIOSSLCertificate.fromPEMFile(certificateFile), !chain.isEmpty else {
            throw SMTPServerTLSError(
                description: "the certificate file \(certificateFile) cannot be read, or is not in PEM form")
        }
        guard let key = try? NIOSSLPrivateKey(file: keyFile, format: .pem) else {
            throw SMTPServerTLSError(
                description: "the key file \(keyFile) cannot be read, or holds no key in PEM form without a passphrase")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw SMTPServerTLSError(
                description: "the certificate \(certificateFile) and the key \(keyFile) do not go together: \(error)")
        }
    }
}

/// Why a server cannot speak TLS, in a sentence for the operator.
public struct SMTPServerTLSError: Error, Hashable, CustomStringConvertible {
    public var description: String
}
