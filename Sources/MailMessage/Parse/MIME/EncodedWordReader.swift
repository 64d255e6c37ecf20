/// Reads the encoded words of a header (RFC 2047).
enum EncodedWordReader {
    /// The longest text of one word that is believed; the standard allows 75 characters for all of it.
    private static let longest = 512

    /// An unfolded field as text.
    static func text(of value: Bytes) -> String {
        utf8(of: value).text
    }

    /// An unfolded field in UTF-8; white space between two encoded words is dropped (§6.2).
    static func utf8(of value: Bytes) -> Bytes {
        guard value.firstRange(ofText: "=?") != nil else { return CharsetDecoder.utf8(value, charset: nil) }
        var result: [UInt8] = []
        var index = value.startIndex
        var plainStart = index
        var follows = false
        while index < value.endIndex {
            guard value[index] == UInt8(ascii: "="), let word = word(in: value, at: index) else {
                index += 1
                continue
            }
            let between = value[plainStart..<index]
            if !follows || !between.allSatisfy(ASCII.isWhiteSpace) {
                result.append(contentsOf: CharsetDecoder.utf8(between, charset: nil))
            }
            result.append(contentsOf: word.text)
            index = word.end
            plainStart = index
            follows = true
        }
        result.append(contentsOf: CharsetDecoder.utf8(value[plainStart...], charset: nil))
        return result[...]
    }

    /// The encoded word that begins at an index: `=?charset?Q?text?=`.
    private static func word(in value: Bytes, at start: Int) -> (text: Bytes, end: Int)? {
        guard value[start...].starts(with: "=?".utf8) else { return nil }
        guard let charsetEnd = value.firstIndex(of: UInt8(ascii: "?"), from: start + 2), charsetEnd - start < 60,
            charsetEnd + 2 < value.endIndex, value[charsetEnd + 2] == UInt8(ascii: "?")
        else { return nil }
        let textStart = charsetEnd + 3
        // A question mark within the text is wrong, and common.
        guard let close = value[textStart...].prefix(longest).firstRange(ofText: "?=") else { return nil }
        let text = value[textStart..<close.lowerBound]
        // A language may follow the charset (RFC 2231 §5).
        let charset = value[(start + 2)..<charsetEnd].prefix { $0 != UInt8(ascii: "*") }.text
        let decoded: [UInt8]
        switch value[charsetEnd + 1] {
        case UInt8(ascii: "B"), UInt8(ascii: "b"): decoded = TransferDecoder.base64(text, limit: text.count)
        case UInt8(ascii: "Q"), UInt8(ascii: "q"):
            let spaced = text.map { $0 == UInt8(ascii: "_") ? ASCII.space : $0 }
            decoded = TransferDecoder.quotedPrintable(spaced[...], limit: text.count)
        default: return nil
        }
        return (CharsetDecoder.utf8(decoded[...], charset: charset), close.upperBound)
    }
}
