/// What makes two reports of the same thing one: 16 bytes, as a rule the beginning of a digest of what does not change on the way.
public struct InboundEventID: Hashable, Sendable {
    public let bytes: [UInt8]
    public static let length = 16

    /// Takes the first 16 bytes of a digest; `nil` when there are fewer.
    public init?(digest: some Sequence<UInt8>) {
        bytes = Array(digest.prefix(Self.length))
        guard bytes.count == Self.length else { return nil }
    }
}
