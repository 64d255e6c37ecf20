internal import Crypto

/// The SHA-256 of a body in its relaxed form (RFC 6376 §3.4.4), taken piece by piece.
///
/// It is a value: a copy of it is the hash of a beginning that many messages share, and each goes on from there.
struct RelaxedBodyHash: Sendable {
    private var hash = SHA256()
    /// Line ends that count only if something comes after them.
    private var pendingBreaks = 0
    /// White space that counts only if something comes after it in its line, and then as one space.
    private var hasPendingSpace = false
    private var isEmpty = true

    /// Takes in the next piece.
    ///
    /// - Parameters:
    ///   - bytes: Text with CRLF line ends, none of which is split between two pieces.
    ///   - scratch: Room to work in.
    mutating func update(_ bytes: UnsafeBufferPointer<UInt8>, scratch: inout ByteStore) {
        scratch.truncate(to: 0)
        var breaks = pendingBreaks
        var hasSpace = hasPendingSpace
        var wasEmpty = isEmpty
        scratch.append(atMost: bytes.count + 2 * breaks + 1) { destination in
            var write = destination
            var index = 0
            while index < bytes.count {
                let byte = bytes[index]
                if byte == 0x20 || byte == 0x09 {
                    hasSpace = true
                } else if byte == 0x0D, index + 1 < bytes.count, bytes[index + 1] == 0x0A {
                    breaks += 1
                    hasSpace = false
                    index += 1
                } else {
                    while breaks > 0 {
                        write[0] = 0x0D
                        write[1] = 0x0A
                        write += 2
                        breaks -= 1
                    }
                    if hasSpace {
                        write[0] = 0x20
                        write += 1
                        hasSpace = false
                    }
                    write[0] = byte
                    write += 1
                    wasEmpty = false
                }
                index += 1
            }
            return write
        }
        (pendingBreaks, hasPendingSpace, isEmpty) = (breaks, hasSpace, wasEmpty)
        hash.update(bufferPointer: UnsafeRawBufferPointer(scratch.bytes))
    }

    /// The hash of what was taken in: empty lines at the end do not count, and the last line ends in CRLF.
    consuming func finalize() -> SHA256.Digest {
        if !isEmpty { hash.update(data: [0x0D, 0x0A]) }
        return hash.finalize()
    }
}
