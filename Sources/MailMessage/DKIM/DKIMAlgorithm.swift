/// The signature algorithms of DKIM that are in use.
public enum DKIMAlgorithm: String, Sendable, CaseIterable {
    /// RFC 6376 §3.3.1, as RFC 8301 leaves it.
    case rsaSHA256 = "rsa-sha256"
    /// RFC 8463.
    case ed25519SHA256 = "ed25519-sha256"

    /// The value of the tag `k=` in key records.
    public var keyType: String {
        switch self {
        case .rsaSHA256: "rsa"
        case .ed25519SHA256: "ed25519"
        }
    }
}
