internal import Crypto
internal import CryptoExtras
internal import Foundation

/// A key that signs messages, RSA or Ed25519.
public struct DKIMPrivateKey: Sendable {
    private enum Kind: Sendable {
        case rsa(_RSA.Signing.PrivateKey)
        case ed25519(Curve25519.Signing.PrivateKey)
    }

    /// The sizes of RSA keys that are made: RFC 8301 §3.2 asks for 1024 bits at least and for 2048.
    public static let rsaSizes = [2048, 3072, 4096]

    /// What stands before the 32 bytes of an Ed25519 key in PKCS#8 (RFC 8410 §7).
    private static let ed25519Algorithm: [UInt8] = [0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20]

    private let kind: Kind

    private init(_ kind: Kind) {
        self.kind = kind
    }

    /// Makes a new key.
    ///
    /// - Parameter bits: The size of an RSA key, one of ``rsaSizes``.
    public static func generate(_ algorithm: DKIMAlgorithm, bits: Int = 2048) throws -> DKIMPrivateKey {
        switch algorithm {
        case .rsaSHA256: DKIMPrivateKey(.rsa(try _RSA.Signing.PrivateKey(keySize: .init(bitCount: bits))))
        case .ed25519SHA256: DKIMPrivateKey(.ed25519(Curve25519.Signing.PrivateKey()))
        }
    }

    /// Reads a key in PEM: PKCS#8, or PKCS#1 for RSA.
    public init(pem: String) throws(KeyFileError) {
        guard pem.contains("-----BEGIN ") else {
            throw KeyFileError(.notAKey, "it is not in PEM; a key file begins with -----BEGIN PRIVATE KEY-----")
        }
        guard !pem.contains("ENCRYPTED") else {
            throw KeyFileError(
                .notAKey, "the key is encrypted; take its passphrase off, and keep the file at mode 0600")
        }
        if let der = Self.der(inPEM: pem), let key = Self.ed25519(inPKCS8: der) {
            kind = .ed25519(key)
            return
        }
        do {
            kind = .rsa(try _RSA.Signing.PrivateKey(pemRepresentation: pem))
        } catch {
            throw KeyFileError(.notAKey, "it holds no Ed25519 key and no RSA key of 2048 bits or more")
        }
    }

    /// Reads a key file.
    public init(file path: String) throws(KeyFileError) {
        let text = try SecretFile.read(path)
        do {
            try self.init(pem: text)
        } catch {
            throw KeyFileError(error.code, "\(path): \(error.message)")
        }
    }

    public var algorithm: DKIMAlgorithm {
        switch kind {
        case .rsa: .rsaSHA256
        case .ed25519: .ed25519SHA256
        }
    }

    /// The key in PKCS#8, as PEM.
    public var pem: String {
        switch kind {
        case .rsa(let key):
            return key.pkcs8PEMRepresentation.last == "\n"
                ? key.pkcs8PEMRepresentation : key.pkcs8PEMRepresentation + "\n"
        case .ed25519(let key):
            let der: [UInt8] =
                [0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20]
                + Array(key.rawRepresentation)
            return "-----BEGIN PRIVATE KEY-----\n\(Data(der).base64EncodedString())\n-----END PRIVATE KEY-----\n"
        }
    }

    /// What the key record's `p=` holds: the public key in base64.
    public var publicKey: String {
        switch kind {
        case .rsa(let key): key.publicKey.derRepresentation.base64EncodedString()
        case .ed25519(let key): key.publicKey.rawRepresentation.base64EncodedString()
        }
    }

    /// Signs the hash of a message's header fields.
    func signature(of hash: SHA256.Digest) throws -> [UInt8] {
        switch kind {
        case .rsa(let key): Array(try key.signature(for: hash, padding: .insecurePKCS1v1_5).rawRepresentation)
        // RFC 8463 §3: what Ed25519 signs is the hash itself.
        case .ed25519(let key): Array(try key.signature(for: Data(hash)))
        }
    }

    private static func der(inPEM text: String) -> [UInt8]? {
        let lines = text.split(whereSeparator: \.isNewline).drop { !$0.hasPrefix("-----BEGIN PRIVATE KEY") }
        let body = lines.dropFirst().prefix { !$0.hasPrefix("-----END") }.joined()
        return Data(base64Encoded: body).map(Array.init)
    }

    private static func ed25519(inPKCS8 der: [UInt8]) -> Curve25519.Signing.PrivateKey? {
        let length = ed25519Algorithm.count
        guard der.count >= length + 32,
            let start = (0...(der.count - length - 32)).first(where: {
                der[$0..<$0 + length].elementsEqual(ed25519Algorithm)
            }
            )
        else { return nil }
        return try? Curve25519.Signing.PrivateKey(rawRepresentation: der[start + length..<start + length + 32])
    }
}
