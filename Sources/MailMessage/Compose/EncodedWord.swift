/// The encoded words of RFC 2047: UTF-8 in a header of seven bits.
enum EncodedWord {
    /// The longest encoded word, its delimiters included.
    static let maximumLength = 75
    /// The longest line that holds an encoded word.
    static let maximumLineLength = 76

    /// The length of `=?UTF-8?Q?` and `?=`.
    private static let overhead = 12
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Whether `value` can only be written in encoded words, or would be taken for one: it is not ASCII, it holds `=?`, or it has
    /// a run without spaces that no folding brings below the longest line of RFC 5322.
    static func isNeeded(for value: UnsafeBufferPointer<UInt8>) -> Bool {
        var previous: UInt8 = 0
        var run = 0
        for byte in value {
            if byte >= 0x80 || byte == UInt8(ascii: "?") && previous == UInt8(ascii: "=") { return true }
            run = byte == 0x20 && previous != 0x20 ? 0 : run + 1
            if run > 900 { return true }
            previous = byte
        }
        return false
    }

    /// Appends `value`, which is UTF-8, in as many encoded words as it takes, each on a line of its own from the second on.
    ///
    /// The encoding is Q or B, whichever is shorter; no character is split.
    /// - Parameter column: how long the current line is already; on return, how long the last one is.
    static func encode(_ value: UnsafeBufferPointer<UInt8>, into output: inout ByteStore, column: inout Int) {
        let usesQ = value.reduce(0) { $0 + costInQ($1) } <= Base64.encodedLength(of: value.count)
        var start = 0
        while start < value.count {
            let room = min(maximumLength, maximumLineLength - column) - overhead
            var end = start
            var cost = 0
            while end < value.count {
                let next = endOfScalar(in: value, at: end)
                let nextCost =
                    usesQ
                    ? value[end..<next].reduce(cost) { $0 + costInQ($1) } : Base64.encodedLength(of: next - start)
                // Even in a narrow line something must be written, or this would not end.
                if nextCost > room, end > start || column > 1 { break }
                cost = nextCost
                end = next
            }
            if end > start {
                let word = UnsafeBufferPointer(rebasing: value[start..<end])
                if usesQ {
                    output.append("=?UTF-8?Q?")
                    for byte in word { appendInQ(byte, to: &output) }
                } else {
                    output.append("=?UTF-8?B?")
                    Base64.encode(word, into: &output)
                }
                output.append("?=")
                column += cost + overhead
                start = end
            }
            if start < value.count {
                output.append("\r\n ")
                column = 1
            }
        }
    }

    /// Where the UTF-8 of the scalar at `index` ends.
    private static func endOfScalar(in value: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        var end = index + 1
        while end < value.count, value[end] & 0xC0 == 0x80 {
            end += 1
        }
        return end
    }

    /// Just what RFC 2047 §5 (3) lets stand in a display name is left as it is; that is right everywhere.
    private static func isLiteralInQ(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "!"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "/"):
            true
        default:
            false
        }
    }

    private static func costInQ(_ byte: UInt8) -> Int {
        isLiteralInQ(byte) || byte == 0x20 ? 1 : 3
    }

    private static func appendInQ(_ byte: UInt8, to output: inout ByteStore) {
        if isLiteralInQ(byte) {
            output.append(byte)
        } else if byte == 0x20 {
            output.append(UInt8(ascii: "_"))
        } else {
            output.append(UInt8(ascii: "="))
            output.append(digits[Int(byte >> 4)])
            output.append(digits[Int(byte & 15)])
        }
    }
}
