/// A command on its way to Redis: up to three runs of arguments, kept apart so that none has to be copied.
struct RedisCommand: Sendable {
    /// The command's name and what belongs to it, for example `EVALSHA`, the digest and the number of keys.
    var head: [RedisArgument]
    var keys: [RedisArgument] = []
    var arguments: [RedisArgument] = []

    /// The most arguments Redis takes (its multibulk limit).
    static let maximumArgumentCount = 1_048_576
    /// Redis takes 512 MiB in one argument by default; the same is our limit for a whole command.
    static let maximumByteCount = 512 << 20

    var argumentCount: Int { head.count + keys.count + arguments.count }

    /// Why this command cannot be sent; nil if it can.
    var refusal: RedisError? {
        guard argumentCount > 0 else {
            return RedisError(.invalidCommand, "A Redis command needs at least a name.")
        }
        guard argumentCount <= Self.maximumArgumentCount else {
            return RedisError(
                .invalidCommand,
                "A Redis command takes at most \(Self.maximumArgumentCount) arguments; this one has \(argumentCount).")
        }
        var bytes = 0
        forEachArgument { bytes += $0.byteCount }
        guard bytes <= Self.maximumByteCount else {
            return RedisError(
                .invalidCommand,
                "A Redis command takes at most \(Self.maximumByteCount) bytes; this one has \(bytes).")
        }
        return nil
    }

    @inline(__always)
    func forEachArgument(_ body: (RedisArgument) -> Void) {
        for argument in head { body(argument) }
        for argument in keys { body(argument) }
        for argument in arguments { body(argument) }
    }
}
