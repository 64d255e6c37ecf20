internal import Foundation

/// A run of a message's bytes; it shares the memory of the whole.
///
/// Messages come in any encoding or in none, so that everything is read as bytes first.
typealias Bytes = ArraySlice<UInt8>

extension ArraySlice<UInt8> {
    /// Without spaces, tabs and line ends at both ends.
    var trimmed: Bytes {
        var result = self
        while let first = result.first, ASCII.isWhiteSpace(first) { result.removeFirst() }
        while let last = result.last, ASCII.isWhiteSpace(last) { result.removeLast() }
        return result
    }

    /// The bytes as text; what is not UTF-8 becomes U+FFFD.
    var text: String { String(decoding: self, as: UTF8.self) }

    /// Whether the bytes are this text, whatever the case of its ASCII letters; `text` is in lower case.
    func isText(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && hasPrefix(text)
    }

    /// Whether the bytes begin with a text, whatever the case of its ASCII letters; `text` is in lower case.
    func hasPrefix(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard count >= length else { return false }
        for offset in 0..<length where ASCII.lowercase(self[startIndex + offset]) != text.utf8Start[offset] {
            return false
        }
        return true
    }

    /// Whether both are the same, whatever the case of their ASCII letters.
    func isSameText(as other: Bytes) -> Bool {
        count == other.count && zip(self, other).allSatisfy { ASCII.lowercase($0) == ASCII.lowercase($1) }
    }

    /// Where a byte first stands at or after an index.
    func firstIndex(of byte: UInt8, from start: Int) -> Int? {
        guard start < endIndex else { return nil }
        return withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return nil }
            let offset = start - startIndex
            guard let found = memchr(base + offset, Int32(byte), buffer.count - offset) else { return nil }
            return startIndex + (UnsafeRawPointer(found) - UnsafeRawPointer(base))
        }
    }

    /// Where a text first stands at or after an index, whatever the case of its ASCII letters; `text` is in lower case.
    func firstRange(ofText text: StaticString, from start: Int? = nil) -> Range<Int>? {
        let length = text.utf8CodeUnitCount
        var index = start ?? startIndex
        guard length > 0, count >= length else { return nil }
        let first = text.utf8Start[0]
        while index + length <= endIndex {
            if ASCII.lowercase(self[index]) == first, self[index...].hasPrefix(text) { return index..<(index + length) }
            index += 1
        }
        return nil
    }

    /// Whether there is an ASCII letter or anything beyond ASCII.
    var hasLetters: Bool { contains { ASCII.isLetter($0) || $0 >= 0x80 } }
}

/// Questions about single bytes.
enum ASCII {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let escape: UInt8 = 0x1B
    static let space: UInt8 = 0x20

    @inline(__always)
    static func lowercase(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    @inline(__always)
    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// Space, tab and line ends.
    @inline(__always)
    static func isWhiteSpace(_ byte: UInt8) -> Bool { byte == space || byte &- 0x09 < 5 }

    /// Space and tab.
    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    /// Letters, digits, and all that is not ASCII.
    @inline(__always)
    static func isWordByte(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) || byte >= 0x80 }
}
