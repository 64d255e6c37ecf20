/// A text made comparable: lower case, accents removed, punctuation other than full stops as single spaces.
struct FoldedText: Hashable, Sendable, CustomStringConvertible {
    let bytes: [UInt8]

    init(_ text: String) {
        bytes = Self.folded(text)
    }

    /// Folds UTF-8.
    init(utf8 text: [UInt8]) {
        bytes = Self.foldedASCII(text) ?? Self.folded(String(decoding: text, as: UTF8.self))
    }

    var description: String { String(decoding: bytes, as: UTF8.self) }

    /// The words of a range, as far as it lies in the text.
    func words(in range: Range<Int>) -> String {
        String(decoding: bytes[range.clamped(to: bytes.indices)], as: UTF8.self)
    }

    /// Letters, digits and everything that is not ASCII.
    static func isWordByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte >= 0x80
    }

    /// The comparable form of a text.
    static func folded(_ text: String) -> [UInt8] {
        var text = text
        return text.withUTF8 { foldedASCII($0) } ?? foldedScalars(text)
    }

    /// The comparable form, if all is ASCII.
    private static func foldedASCII(_ source: some Collection<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(source.count)
        for byte in source {
            guard byte < 0x80 else { return nil }
            append(byte, to: &result)
        }
        if result.last == 0x20 { result.removeLast() }
        return result
    }

    /// The same for a text that is not all ASCII, which costs more.
    private static func foldedScalars(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            if scalar.isASCII {
                append(UInt8(truncatingIfNeeded: scalar.value), to: &result)
            } else if let plain = PlainLetters.of(scalar) {
                for byte in plain.utf8 { append(byte, to: &result) }
            }
        }
        if result.last == 0x20 { result.removeLast() }
        return result
    }

    @inline(__always)
    private static func append(_ byte: UInt8, to result: inout [UInt8]) {
        var byte = byte
        if byte &- 0x41 < 26 { byte |= 0x20 }
        if !isWordByte(byte), byte != UInt8(ascii: ".") { byte = 0x20 }
        if byte == 0x20, result.last ?? 0x20 == 0x20 { return }
        result.append(byte)
    }
}

/// Letters without their accents, in lower case; full-width forms as ASCII; punctuation of other scripts as spaces.
private enum PlainLetters {
    /// The scalar's comparable form; `nil` for an accent that stands by itself, which is dropped.
    static func of(_ scalar: Unicode.Scalar) -> String? {
        switch scalar.value {
        case 0x300...0x36F: return nil
        case 0xFF01...0xFF5E: return Unicode.Scalar(scalar.value - 0xFEE0).map { String(Character($0)) } ?? " "
        case 0x80...0xBF, 0x2000...0x206F, 0x3000...0x303F, 0xFF00...0xFFEF: return " "
        default:
            let lower = scalar.properties.lowercaseMapping
            guard let first = lower.unicodeScalars.first else { return lower }
            return table[first] ?? lower
        }
    }

    private static let table: [Unicode.Scalar: String] = {
        let letters = [
            "a": "àáâãäåāăą", "c": "çćĉċč", "d": "ďđð", "e": "èéêëēĕėęě", "g": "ĝğġģ", "h": "ĥħ", "i": "ìíîïĩīĭįı",
            "j": "ĵ", "k": "ķ", "l": "ĺļľŀł", "n": "ñńņňŉ", "o": "òóôõöøōŏő", "r": "ŕŗř", "s": "śŝşšș", "t": "ţťŧț",
            "u": "ùúûüũūŭůűų", "w": "ŵ", "y": "ýÿŷ", "z": "źżž", "ss": "ß", "ae": "æ", "oe": "œ", "th": "þ", "е": "ё",
            "и": "й",
        ]
        var table: [Unicode.Scalar: String] = [:]
        for (plain, accented) in letters {
            for scalar in accented.unicodeScalars { table[scalar] = plain }
        }
        return table
    }()
}
