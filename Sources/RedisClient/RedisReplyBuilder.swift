internal import CHiredis

/// Puts one reply together while hiredis' reader calls out its parts in the order in which they arrive.
///
/// hiredis only needs an address that is not null for each part; it gets the builder's own.
final class RedisReplyBuilder {
    private struct Frame {
        var expected: Int
        var elements: [RedisValue]
    }

    private var reply: RedisValue?
    /// The arrays that are not complete yet, the outermost first.
    private var open: [Frame] = []

    /// A length is only a claim until the elements are there: no more than this many are made room for in advance.
    private static let reservedElements = 65_536

    func takeReply() -> RedisValue? {
        defer { reply = nil }
        return reply
    }

    private func append(_ value: RedisValue) {
        var value = value
        while let last = open.indices.last {
            open[last].elements.append(value)
            guard open[last].elements.count == open[last].expected else { return }
            value = .array(open.removeLast().elements)
        }
        reply = value
    }

    private func beginArray(of count: Int) {
        guard count > 0 else { return append(.array([])) }
        var frame = Frame(expected: count, elements: [])
        frame.elements.reserveCapacity(min(count, Self.reservedElements))
        open.append(frame)
    }

    /// The functions by which hiredis calls out; one table for all readers, never freed, because readers keep its address.
    nonisolated(unsafe) static let functions: UnsafeMutablePointer<redisReplyObjectFunctions> = {
        let functions = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
        functions.initialize(
            to: redisReplyObjectFunctions(
                createString: { task, text, length in
                    RedisReplyBuilder.take(task) { builder, type in
                        let bytes = [UInt8](UnsafeRawBufferPointer(start: text, count: length))
                        builder.append(
                            type == REDIS_REPLY_ERROR ? .error(RedisErrorReply(bytes: bytes)) : .string(bytes))
                    }
                },
                createArray: { task, count in
                    guard count >= 0 else { return nil }
                    return RedisReplyBuilder.take(task) { builder, _ in builder.beginArray(of: Int(count)) }
                },
                createInteger: { task, number in
                    RedisReplyBuilder.take(task) { builder, _ in builder.append(.integer(number)) }
                },
                createNil: { task in
                    RedisReplyBuilder.take(task) { builder, _ in builder.append(.null) }
                },
                freeObject: { _ in }))
        return functions
    }()

    /// Finds the builder of a read task, lets it take the part, and returns the address hiredis is to remember.
    @inline(__always)
    private static func take(
        _ task: UnsafePointer<redisReadTask>?, _ body: (RedisReplyBuilder, Int32) -> Void
    ) -> UnsafeMutableRawPointer? {
        guard let task, let address = task.pointee.privdata else { return nil }
        body(Unmanaged<RedisReplyBuilder>.fromOpaque(address).takeUnretainedValue(), task.pointee.type)
        return address
    }
}
