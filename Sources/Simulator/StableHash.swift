/// A hash that is the same in every run and on every machine, unlike Swift's own.
enum StableHash {
    /// FNV-1a (64 bits) over the seed's eight bytes, lowest first, and the address's UTF-8 with ASCII capitals made small,
    /// then mixed by the finalizer of SplitMix64 so that every bit depends on every byte.
    static func of(_ address: String, seed: UInt64) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        for shift in stride(from: UInt64(0), to: 64, by: 8) { add(UInt8(truncatingIfNeeded: seed >> shift)) }
        for byte in address.utf8 { add((0x41...0x5A).contains(byte) ? byte + 0x20 : byte) }
        hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
        return hash ^ (hash >> 31)
    }
}
