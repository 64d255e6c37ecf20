/// The syntax of address literals: what may stand between the brackets of `user@[192.0.2.1]` (RFC 5321 §4.1.3).
enum AddressLiteral {
    /// Whether the bytes from `start` up to `end` (without the brackets) are an IPv4, IPv6 or general address literal.
    static func isValid(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        let content = (start..<end).map { bytes[$0] }[...]
        if isIPv4(content) { return true }
        guard let colon = content.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let tag = content[..<colon]
        let rest = content[(colon + 1)...]
        if tag.elementsEqual("ipv6".utf8, by: { $0 | 0x20 == $1 || $0 == $1 }) { return isIPv6(rest) }
        return isGeneral(tag: tag, content: rest)
    }

    /// Four decimal numbers of one to three digits, each at most 255.
    private static func isIPv4(_ text: ArraySlice<UInt8>) -> Bool {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.count) && part.allSatisfy { (0x30...0x39).contains($0) }
                    && part.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 255
            }
    }

    /// Eight groups of hexadecimal digits, or at most six beside a `::`; the last two may be written as IPv4.
    private static func isIPv6(_ text: ArraySlice<UInt8>) -> Bool {
        guard let gap = firstGap(in: text) else { return groups(text, mayEndInIPv4: true) == 8 }
        let left = text[..<gap]
        let right = text[(gap + 2)...]
        guard firstGap(in: right) == nil, right.first != UInt8(ascii: ":") else { return false }
        let leftCount = left.isEmpty ? 0 : groups(left, mayEndInIPv4: false)
        let rightCount = right.isEmpty ? 0 : groups(right, mayEndInIPv4: true)
        guard let leftCount, let rightCount else { return false }
        // "The '::' represents at least 2 16-bit groups of zeros."
        return leftCount + rightCount <= 6
    }

    /// How many 16-bit groups the colon-separated text holds, or `nil` when one of them is malformed.
    private static func groups(_ text: ArraySlice<UInt8>, mayEndInIPv4: Bool) -> Int? {
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var count = 0
        for (index, part) in parts.enumerated() {
            if (1...4).contains(part.count), part.allSatisfy(isHexadecimal) {
                count += 1
            } else if mayEndInIPv4, index == parts.count - 1, isIPv4(part) {
                count += 2
            } else {
                return nil
            }
        }
        return count
    }

    private static func firstGap(in text: ArraySlice<UInt8>) -> Int? {
        text.indices.dropLast().first { text[$0] == UInt8(ascii: ":") && text[$0 + 1] == UInt8(ascii: ":") }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
    }

    /// A tag of letters, digits and inner hyphens, then printable characters except brackets and the backslash.
    private static func isGeneral(tag: ArraySlice<UInt8>, content: ArraySlice<UInt8>) -> Bool {
        guard let last = tag.last, last != UInt8(ascii: "-"), !content.isEmpty else { return false }
        return tag.allSatisfy { MailboxSyntax.isLetterDigit($0) || $0 == UInt8(ascii: "-") }
            && content.allSatisfy { (33...90).contains($0) || (94...126).contains($0) }
    }
}
