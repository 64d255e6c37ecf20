import Foundation

/// A text made comparable: lower case, accents removed, punctuation other than full stops as single spaces.
struct FoldedText: Sendable {
    let bytes: [UInt8]
    /// Where words begin.
    let wordStarts: [Int]
    /// A small Bloom filter of the three bytes at each word's start, so that a phrase that cannot occur costs one test.
    private let starts: [UInt64]

    init(_ text: String) {
        bytes = Self.folded(text)
        var wordStarts: [Int] = []
        var isInWord = false
        for index in bytes.indices {
            let isWord = Self.isWordByte(bytes[index])
            if isWord, !isInWord { wordStarts.append(index) }
            isInWord = isWord
        }
        self.wordStarts = wordStarts
        var starts = [UInt64](repeating: 0, count: 8)
        for start in wordStarts {
            let key = Self.key(bytes[start...])
            starts[Int(key >> 6)] |= 1 << UInt64(key & 63)
        }
        self.starts = starts
    }

    /// Whether a word may begin with the bytes that this key was made of.
    func mayHaveWord(startingWith key: UInt16) -> Bool {
        starts[Int(key >> 6)] & (1 << UInt64(key & 63)) != 0
    }

    /// A hash of the first three bytes, 0 to 511; fewer bytes are filled up with spaces.
    static func key(_ bytes: ArraySlice<UInt8>) -> UInt16 {
        var value: UInt32 = 0
        var iterator = bytes.makeIterator()
        for _ in 0..<3 {
            let byte = iterator.next() ?? 0x20
            value = value &* 31 &+ UInt32(isWordByte(byte) ? byte : 0x20)
        }
        return UInt16(truncatingIfNeeded: (value &* 2_654_435_761) >> 23)
    }

    /// Letters, digits and everything that is not ASCII.
    static func isWordByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte >= 0x80
    }

    /// The comparable form of a text.
    static func folded(_ text: String) -> [UInt8] {
        let source =
            text.utf8.allSatisfy { $0 < 0x80 }
            ? text : text.folding(options: [.diacriticInsensitive, .caseInsensitive, .widthInsensitive], locale: nil)
        var result: [UInt8] = []
        result.reserveCapacity(source.utf8.count)
        for var byte in source.utf8 {
            if byte &- 0x41 < 26 { byte |= 0x20 }
            if !isWordByte(byte), byte != UInt8(ascii: ".") { byte = 0x20 }
            if byte == 0x20, result.last ?? 0x20 == 0x20 { continue }
            result.append(byte)
        }
        if result.last == 0x20 { result.removeLast() }
        return result
    }
}
