internal import Crypto
public import Delivery

/// A signature that does not cover what it came with, and what that is: so that it cannot be put on something else.
///
/// The same content may come again under it, since the provider repeats what was not answered with success, and each event is booked once.
/// Other content may not: it would be anybody's who has once seen a signature.
public struct SignedOnce: Hashable, Sendable {
    /// Stands for the signature alone.
    public var signature: InboundEventID
    /// Stands for the signature together with the content.
    public var content: InboundEventID

    /// Remembers for good, or as long as the signature is taken; answers whether the signature is new, or came with this content before.
    public typealias Memory = @Sendable (SignedOnce) async throws -> Bool

    /// - Parameter token: what the provider signs, and uses once.
    init(_ provider: MailProvider, token: String, content: [UInt8]) {
        signature = Self.id("postrider signature", [Array(provider.rawValue.utf8), Array(token.utf8)])
        self.content = Self.id(
            "postrider signed content", [Array(provider.rawValue.utf8), Array(token.utf8), content])
    }

    private static func id(_ kind: String, _ parts: [[UInt8]]) -> InboundEventID {
        var hash = SHA256()
        hash.update(data: Array("\(kind)\n".utf8))
        for part in parts {
            hash.update(data: Array("\(part.count):".utf8))
            hash.update(data: part)
        }
        guard let id = InboundEventID(digest: hash.finalize()) else {
            preconditionFailure("a digest of 32 bytes has 16")
        }
        return id
    }
}
