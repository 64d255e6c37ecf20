/// Where messages are rendered to, one after the other; kept and reused so that rendering allocates nothing.
///
/// It also carries what a renderer needs from one message to the next: room to work in and the last date formatted.
/// One buffer serves one task at a time; the compiled messages are shared freely.
public struct MessageBuffer: ~Copyable, Sendable {
    var output: ByteStore
    var scratch: ByteStore
    var date = DateStamp()

    /// Creates a buffer with room for `capacity` bytes of messages at first; it grows as needed.
    public init(capacity: Int = 64 * 1024) {
        output = ByteStore(capacity: capacity)
        scratch = ByteStore(capacity: 4096)
    }

    /// How many bytes have been rendered since the buffer was last emptied.
    public var count: Int { output.count }

    /// Empties the buffer and keeps its memory.
    public mutating func removeAll() {
        output.truncate(to: 0)
    }

    /// Calls `body` with all rendered bytes; they are valid only during the call.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(output.bytes))
    }

    /// Calls `body` with the bytes of one rendered message; they are valid only during the call.
    public func withUnsafeBytes<Result>(
        of message: RenderedMessage, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: output.bytes[message.range])))
    }
}
