internal import Crypto
internal import Foundation

/// A secret with which tokens are made and recognized, and the number by which a token names it.
public struct TokenKey: Sendable {
    /// The fewest bytes of a secret.
    static let minimumSecret = 32

    public let id: UInt8
    /// The HMAC with the key taken in, copied for each token.
    private let code: HMAC<SHA256>

    /// - Parameter secret: 32 random bytes or more.
    public init(id: UInt8, secret: [UInt8]) throws(KeyFileError) {
        guard secret.count >= Self.minimumSecret else {
            throw KeyFileError(.notAKey, "a token key is \(Self.minimumSecret) bytes or more, not \(secret.count)")
        }
        self.id = id
        var code = HMAC<SHA256>(key: SymmetricKey(data: secret))
        // Whatever else may be signed with this secret one day, it is not this.
        code.update(data: Array("postrider contact token\n".utf8))
        self.code = code
    }

    /// The token as text.
    public func text(_ token: ContactToken) -> String {
        String(decoding: bytes(token), as: UTF8.self)
    }

    /// The token as text, in ASCII.
    func bytes(_ token: ContactToken) -> [UInt8] {
        let payload = token.payload(keyID: id)
        return Base32.encode(payload + authentication(of: payload))
    }

    /// The first bytes of the HMAC over a payload.
    func authentication(of payload: [UInt8]) -> [UInt8] {
        var code = code
        code.update(data: payload)
        // Going through the code byte by byte, as a sequence, costs as much as making it.
        return code.finalize().withUnsafeBytes { Array($0.prefix(ContactToken.codeLength)) }
    }
}
