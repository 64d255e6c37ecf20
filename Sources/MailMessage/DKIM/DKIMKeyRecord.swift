internal import Crypto
internal import CryptoExtras
internal import Foundation

/// The TXT record that publishes a key, at `SELECTOR._domainkey.DOMAIN` (RFC 6376 §3.6.1).
public struct DKIMKeyRecord: Sendable {
    /// Why a record cannot verify a signature.
    public enum Problem: String, Error, Hashable, Sendable {
        case malformed = "the key record is malformed"
        case revoked = "the key is revoked (its p= is empty)"
        case unusable = "the key is of a kind that is not known, or broken"
        case weak = "the RSA key is shorter than 1024 bits"
        case otherHash = "the key is not for SHA-256"
        case otherService = "the key is not for email"
    }

    /// The longest string of a TXT record (RFC 1035 §3.3).
    static let maximumString = 255

    enum Key: Sendable {
        case rsa(_RSA.Signing.PublicKey)
        case ed25519(Curve25519.Signing.PublicKey)
    }

    let key: Key
    /// Whether the domain is only trying DKIM out (`t=y`).
    public let isTesting: Bool
    /// Whether signatures may not be for a subdomain of `d=` (`t=s`).
    public let isStrict: Bool

    /// The name at which a key record stands.
    public static func name(selector: String, domain: String) -> String { "\(selector)._domainkey.\(domain)" }

    /// The text of the record of a key.
    public static func text(of key: DKIMPrivateKey) -> String {
        "v=DKIM1; k=\(key.algorithm.keyType); p=\(key.publicKey)"
    }

    /// A line of a zone file with the record, its text in strings of 255 characters at most.
    public static func zoneLine(of key: DKIMPrivateKey, selector: String, domain: String) -> String {
        var rest = Substring(text(of: key))
        var strings: [String] = []
        while !rest.isEmpty {
            strings.append("\"\(rest.prefix(maximumString))\"")
            rest = rest.dropFirst(maximumString)
        }
        let data = strings.count == 1 ? strings[0] : "( " + strings.joined(separator: " ") + " )"
        return "\(name(selector: selector, domain: domain)). IN TXT \(data)"
    }

    /// Reads the text of a record.
    public init(_ text: String) throws(Problem) {
        guard let tags = TagList(text) else { throw .malformed }
        guard tags["v"] ?? "DKIM1" == "DKIM1", let data = tags.compact("p") else { throw .malformed }
        guard !data.isEmpty else { throw .revoked }
        if let hashes = tags.compact("h"), !hashes.split(separator: ":").contains("sha256") { throw .otherHash }
        if let services = tags.compact("s"),
            !services.split(separator: ":").contains(where: { $0 == "*" || $0 == "email" })
        {
            throw .otherService
        }
        guard let bytes = Data(base64Encoded: data) else { throw .malformed }
        switch tags["k"] ?? "rsa" {
        case "rsa":
            guard let key = try? _RSA.Signing.PublicKey(unsafeDERRepresentation: bytes) else { throw .unusable }
            guard key.keySizeInBits >= 1024 else { throw .weak }
            self.key = .rsa(key)
        case "ed25519":
            guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { throw .unusable }
            self.key = .ed25519(key)
        default:
            throw .unusable
        }
        let flags = (tags.compact("t") ?? "").split(separator: ":")
        isTesting = flags.contains("y")
        isStrict = flags.contains("s")
    }

    /// The algorithm that the key is for.
    public var algorithm: DKIMAlgorithm {
        switch key {
        case .rsa: .rsaSHA256
        case .ed25519: .ed25519SHA256
        }
    }

    /// Whether `signature` is this key's, of the hash of a message's header fields.
    func isValid(_ signature: [UInt8], of hash: SHA256.Digest) -> Bool {
        switch key {
        case .rsa(let key):
            key.isValidSignature(.init(rawRepresentation: signature), for: hash, padding: .insecurePKCS1v1_5)
        case .ed25519(let key):
            key.isValidSignature(signature, for: Data(hash))
        }
    }
}
