/// Where a rendered message stands in its buffer, and what it asks of the server that it is sent to.
///
/// It never asks for 8BITMIME (RFC 6152): bodies and headers are always encoded to seven bits.
public struct RenderedMessage: Hashable, Sendable {
    /// The message's bytes in the buffer.
    public let range: Range<Int>
    /// Whether an address in its headers is not ASCII, so that the message can only be sent with SMTPUTF8 (RFC 6531).
    public let needsSMTPUTF8: Bool
}
