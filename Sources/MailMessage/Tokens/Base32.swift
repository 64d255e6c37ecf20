/// The base32 encoding of RFC 4648 §6 in small letters and without padding: safe where mail servers fold the letter case.
enum Base32 {
    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
    private static let values: [UInt8?] = (0...255).map { byte in
        let lowered = (0x41...0x5A).contains(byte) ? UInt8(byte) | 0x20 : UInt8(byte)
        return alphabet.firstIndex(of: lowered).map(UInt8.init)
    }

    /// Encodes `bytes`, whose number is a multiple of five.
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        precondition(bytes.count.isMultiple(of: 5), "whole groups of five bytes need no padding")
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count / 5 * 8)
        for start in stride(from: 0, to: bytes.count, by: 5) {
            let group = bytes[start..<start + 5].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            for shift in stride(from: 35, through: 0, by: -5) {
                text.append(alphabet[Int(group >> UInt64(shift) & 31)])
            }
        }
        return text
    }

    /// Decodes text of either letter case; `nil` when it is not whole groups of eight characters of the alphabet.
    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 8) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 8 * 5)
        var group: UInt64 = 0
        for (index, character) in text.enumerated() {
            guard let value = values[Int(character)] else { return nil }
            group = group << 5 | UInt64(value)
            if index % 8 == 7 {
                for shift in stride(from: 32, through: 0, by: -8) {
                    bytes.append(UInt8(truncatingIfNeeded: group >> UInt64(shift)))
                }
                group = 0
            }
        }
        return bytes
    }
}
