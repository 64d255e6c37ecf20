/// How a connection to Redis is secured: who is trusted, and who we are.
public struct RedisTLS: Sendable, Hashable {
    /// How sure we want to be of the server.
    public enum Verification: Sendable, Hashable {
        /// Its certificate must be signed by an authority that we trust, be valid today and bear its name.
        case full
        /// Any certificate will do: whoever can step in between can read and change everything. Each connection logs a warning.
        case none
    }

    /// A file of certificates (PEM) of the authorities that we trust; nil means those that the system trusts.
    public var authorityFile: String?
    /// Our own certificate (PEM, followed by those in between, if any), for a server that demands one.
    public var certificateFile: String?
    /// The private key (PEM, without a passphrase) of our certificate.
    public var keyFile: String?
    /// The name in the server's certificate; nil means the host of the address.
    public var serverName: String?
    /// How the server's certificate is looked at.
    public var verification: Verification

    public init(
        authorityFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil, serverName: String? = nil,
        verification: Verification = .full
    ) {
        self.authorityFile = authorityFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.serverName = serverName
        self.verification = verification
    }
}
