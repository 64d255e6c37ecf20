extension [UInt8] {
    mutating func append(text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }

    /// Appends a text as a JSON string (RFC 8259 §7).
    mutating func append(json text: String) {
        append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            for index in bytes.indices where bytes[index] < 0x20 || bytes[index] == 0x22 || bytes[index] == 0x5C {
                append(contentsOf: bytes[start..<index])
                append(escaped: bytes[index])
                start = index + 1
            }
            append(contentsOf: bytes[start...])
        }
        append(UInt8(ascii: "\""))
    }

    private mutating func append(escaped byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case 0x22, 0x5C: append(byte)
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0D: append(UInt8(ascii: "r"))
        case 0x09: append(UInt8(ascii: "t"))
        default:
            append(text: "u00")
            append(hexDigit: byte >> 4)
            append(hexDigit: byte & 15)
        }
    }

    private mutating func append(hexDigit value: UInt8) {
        append(value < 10 ? 0x30 + value : 0x57 + value)
    }
}
