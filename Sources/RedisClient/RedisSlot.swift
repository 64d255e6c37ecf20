internal import NIOCore

/// The hash slots over which a cluster spreads its keys.
enum RedisSlot {
    static let count = 16_384

    /// The slot of a key: CRC-16 of what stands between its first `{` and the next `}`, or of all of it if that is nothing.
    static func of(_ key: RedisArgument) -> Int {
        switch key.storage {
        case .string(var string): string.withUTF8 { of(UnsafeRawBufferPointer($0)) }
        case .bytes(let bytes): bytes.withUnsafeBytes { of($0) }
        case .buffer(let buffer): buffer.withUnsafeReadableBytes { of($0) }
        case .integer(let number): of(RedisArgument(String(number)))
        }
    }

    private static func of(_ key: UnsafeRawBufferPointer) -> Int {
        var hashed = key[...]
        if let open = key.firstIndex(of: UInt8(ascii: "{")) {
            let tag = key[(open + 1)...].prefix { $0 != UInt8(ascii: "}") }
            if !tag.isEmpty, tag.endIndex < key.endIndex { hashed = tag }
        }
        return Int(crc16(hashed)) % count
    }

    /// CRC-16/XMODEM: polynomial 0x1021, starting at 0.
    private static func crc16(_ bytes: Slice<UnsafeRawBufferPointer>) -> UInt16 {
        var sum: UInt16 = 0
        for byte in bytes { sum = sum << 8 ^ table[Int(sum >> 8 ^ UInt16(byte))] }
        return sum
    }

    private static let table: [UInt16] = (0..<256).map { byte in
        (0..<8).reduce(UInt16(byte) << 8) { sum, _ in sum & 0x8000 == 0 ? sum << 1 : sum << 1 ^ 0x1021 }
    }
}
