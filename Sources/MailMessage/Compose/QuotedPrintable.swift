/// The quoted-printable transfer encoding of RFC 2045 §6.7.
enum QuotedPrintable {
    /// The longest line, without its CRLF and with a soft break's `=`.
    static let maximumLineLength = 76

    /// The bytes that stand for themselves within a line.
    ///
    /// Space and tab at its end, `From ` at its start and a line of just a
    /// dot are handled apart.
    private static let literals: [Bool] = (0...255).map { byte in
        byte == 0x09 || (byte >= 0x20 && byte <= 0x7E && byte != 0x3D)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Appends the encoding of `source`, whose line breaks are all CRLF.
    ///
    /// Encoding starts anew at each line break, so whole lines may be encoded apart and put together.
    static func encode(_ source: UnsafeBufferPointer<UInt8>, into output: inout ByteStore) {
        var start = 0
        while start < source.count {
            var end = start
            while end < source.count, source[end] != 0x0A {
                end += 1
            }
            let endsInBreak = end < source.count
            let lineEnd = endsInBreak && end > start && source[end - 1] == 0x0D ? end - 1 : end
            encodeLine(UnsafeBufferPointer(rebasing: source[start..<lineEnd]), into: &output)
            if endsInBreak {
                output.append("\r\n")
            }
            start = end + 1
        }
    }

    private static func encodeLine(_ line: UnsafeBufferPointer<UInt8>, into output: inout ByteStore) {
        // At worst every byte becomes three, with a soft break of three more after every 25 of them.
        let maximum = line.count * 3 + (line.count / 24 + 1) * 3
        output.append(atMost: maximum) { destination in
            var write = destination
            var column = 0
            for index in 0..<line.count {
                let byte = line[index]
                let isLast = index == line.count - 1
                var isLiteral = literals[Int(byte)] && !(isLast && (byte == 0x20 || byte == 0x09))
                if column + (isLiteral ? 1 : 3) > (isLast ? maximumLineLength : maximumLineLength - 1) {
                    write[0] = UInt8(ascii: "=")
                    write[1] = 0x0D
                    write[2] = 0x0A
                    write += 3
                    column = 0
                }
                // Mail stores may alter such lines (RFC 2049 §3): `From ` begins a message of an mbox, a lone dot ends one in SMTP.
                if column == 0, isLiteral, isLast ? byte == UInt8(ascii: ".") : startsWithFrom(line, at: index) {
                    isLiteral = false
                }
                if isLiteral {
                    write[0] = byte
                    write += 1
                    column += 1
                } else {
                    write[0] = UInt8(ascii: "=")
                    write[1] = digits[Int(byte >> 4)]
                    write[2] = digits[Int(byte & 15)]
                    write += 3
                    column += 3
                }
            }
            return write
        }
    }

    private static func startsWithFrom(_ line: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        line[index] == UInt8(ascii: "F") && line.count - index >= 5 && line[index + 1] == UInt8(ascii: "r")
            && line[index + 2] == UInt8(ascii: "o") && line[index + 3] == UInt8(ascii: "m") && line[index + 4] == 0x20
    }
}
