/// An error as Redis wrote it: an upper-case code, a space, and a sentence.
///
/// It appears as a value only inside an array (a transaction's result); a reply that is an error is thrown as
/// ``RedisError`` with this one under it.
public struct RedisErrorReply: Error, Hashable {
    public var bytes: [UInt8]

    public init(bytes: [UInt8]) { self.bytes = bytes }

    public init(_ text: String) { self.bytes = Array(text.utf8) }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The first word, for example `WRONGTYPE`.
    public var code: String {
        String(decoding: bytes.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)
    }
}
