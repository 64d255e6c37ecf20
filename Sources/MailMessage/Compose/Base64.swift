/// The base64 transfer encoding of RFC 2045 §6.8.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let bytesPerLine = 57

    /// How many characters `count` bytes become, without line breaks.
    static func encodedLength(of count: Int) -> Int {
        (count + 2) / 3 * 4
    }

    /// How many bytes `count` bytes become in lines of 76 characters, each with its CRLF.
    static func encodedLengthInLines(of count: Int) -> Int {
        encodedLength(of: count) + (count + bytesPerLine - 1) / bytesPerLine * 2
    }

    /// Appends the encoding of `source` in lines of 76 characters, each with its CRLF.
    static func encodeLines(_ source: UnsafeBufferPointer<UInt8>, into output: inout ByteStore) {
        output.append(atMost: encodedLengthInLines(of: source.count)) { destination in
            var write = destination
            var start = 0
            while start < source.count {
                let end = min(start + bytesPerLine, source.count)
                write = encode(UnsafeBufferPointer(rebasing: source[start..<end]), to: write)
                write[0] = 0x0D
                write[1] = 0x0A
                write += 2
                start = end
            }
            return write
        }
    }

    /// Appends the encoding of `source` without line breaks.
    static func encode(_ source: UnsafeBufferPointer<UInt8>, into output: inout ByteStore) {
        output.append(atMost: encodedLength(of: source.count)) { encode(source, to: $0) }
    }

    @inline(__always)
    private static func encode(
        _ source: UnsafeBufferPointer<UInt8>, to destination: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        alphabet.withUnsafeBufferPointer { alphabet in
            var write = destination
            var index = 0
            while index + 3 <= source.count {
                let group = UInt32(source[index]) << 16 | UInt32(source[index + 1]) << 8 | UInt32(source[index + 2])
                write[0] = alphabet[Int(group >> 18)]
                write[1] = alphabet[Int(group >> 12 & 63)]
                write[2] = alphabet[Int(group >> 6 & 63)]
                write[3] = alphabet[Int(group & 63)]
                write += 4
                index += 3
            }
            let rest = source.count - index
            if rest > 0 {
                let second = rest == 2 ? UInt32(source[index + 1]) : 0
                let group = UInt32(source[index]) << 16 | second << 8
                write[0] = alphabet[Int(group >> 18)]
                write[1] = alphabet[Int(group >> 12 & 63)]
                write[2] = rest == 2 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "=")
                write[3] = UInt8(ascii: "=")
                write += 4
            }
            return write
        }
    }
}
