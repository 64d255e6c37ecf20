internal import CHiredis
internal import NIOCore

/// Writes commands in the Redis protocol with hiredis' formatter.
///
/// The arguments are laid end to end in a scratch buffer first, because hiredis wants all of them at stable addresses at
/// once. The buffers are kept from command to command.
struct RedisCommandEncoder {
    private var scratch: [UInt8] = []
    private var lengths: [Int] = []
    private var pointers: [UnsafePointer<CChar>?] = []

    /// A scratch buffer beyond this many bytes is given back after use.
    private static let keptCapacity = 1 << 20

    /// Appends the encoded command.
    ///
    /// - Returns: false if hiredis could not encode it, which it only cannot for want of memory.
    mutating func encode(_ command: RedisCommand, into buffer: inout ByteBuffer) -> Bool {
        scratch.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        pointers.removeAll(keepingCapacity: true)
        append(command.head)
        append(command.keys)
        append(command.arguments)
        // hiredis must never see a null address, which an empty array would have.
        if scratch.isEmpty { scratch.append(0) }

        var target: UnsafeMutablePointer<CChar>?
        let length = scratch.withUnsafeBytes { bytes -> Int32 in
            var next = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            for length in lengths {
                pointers.append(next)
                next = next?.advanced(by: length)
            }
            return redisFormatCommandArgv(&target, Int32(lengths.count), &pointers, lengths)
        }
        if scratch.capacity > Self.keptCapacity { scratch = [] }
        guard length >= 0, let target else { return false }
        buffer.writeBytes(UnsafeRawBufferPointer(start: target, count: Int(length)))
        redisFreeCommand(target)
        return true
    }

    private mutating func append(_ arguments: [RedisArgument]) {
        for argument in arguments {
            let start = scratch.count
            argument.append(to: &scratch)
            lengths.append(scratch.count - start)
        }
    }
}
