internal import CHiredis

/// Reads replies with hiredis' reader, straight into ``RedisValue``s.
///
/// hiredis is given our own object functions, so that it never builds its own reply tree; it keeps the bytes that are not
/// a whole reply yet. Not thread-safe. Replies may nest seven deep (a limit of hiredis).
final class RedisReplyReader {
    private let reader: UnsafeMutablePointer<redisReader>
    private let builder = RedisReplyBuilder()

    /// Returns nil if there is no memory for a reader.
    init?() {
        guard let reader = redisReaderCreateWithFunctions(RedisReplyBuilder.functions) else { return nil }
        self.reader = reader
        reader.pointee.privdata = Unmanaged.passUnretained(builder).toOpaque()
        // hiredis would give its buffer back whenever it is empty and larger than 16 KiB: after nearly every read.
        reader.pointee.maxbuf = 1 << 20
    }

    deinit { redisReaderFree(reader) }

    /// Takes bytes from the wire, any number of them.
    func feed(_ bytes: UnsafeRawBufferPointer) throws(RedisError) {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
        let address = base.assumingMemoryBound(to: CChar.self)
        guard redisReaderFeed(reader, address, bytes.count) == REDIS_OK else { throw violation() }
    }

    /// Returns the next whole reply, or nil until more bytes are fed.
    func next() throws(RedisError) -> RedisValue? {
        var object: UnsafeMutableRawPointer?
        guard redisReaderGetReply(reader, &object) == REDIS_OK else { throw violation() }
        guard object != nil else { return nil }
        return builder.takeReply()
    }

    private func violation() -> RedisError {
        let text = withUnsafeBytes(of: reader.pointee.errstr) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return RedisError(.protocolViolation, "The other side does not speak the Redis protocol (\(text)).")
    }
}
