/// Where the header fields of a message stand: found by one pass, nothing is copied.
struct HeaderFields {
    /// One field with its folded lines.
    struct Field {
        /// From the first letter of the name to the end of the last line's CRLF.
        var range: Range<Int>
        /// Where the name ends; old messages have white space between it and the colon.
        var nameEnd: Int
        /// Where the colon stands.
        var colon: Int
    }

    private(set) var fields: [Field] = []
    /// Where the body begins, after the empty line; the end when there is no body.
    private(set) var bodyStart = 0

    /// Finds the fields of a message with CRLF line ends; a line that is no field ends nothing and is left out.
    init(_ message: UnsafeBufferPointer<UInt8>) {
        fields.reserveCapacity(24)
        var start = 0
        while start < message.count {
            if message[start] == 0x0D, start + 1 < message.count, message[start + 1] == 0x0A {
                bodyStart = start + 2
                return
            }
            var end = start
            var colon: Int?
            repeat {
                // One line.
                while end < message.count, message[end] != 0x0A {
                    if message[end] == UInt8(ascii: ":"), colon == nil { colon = end }
                    end += 1
                }
                end = min(end + 1, message.count)
            } while end < message.count && (message[end] == 0x20 || message[end] == 0x09)
            if let colon {
                var nameEnd = colon
                while nameEnd > start, message[nameEnd - 1] == 0x20 || message[nameEnd - 1] == 0x09 { nameEnd -= 1 }
                fields.append(Field(range: start..<end, nameEnd: nameEnd, colon: colon))
            }
            start = end
        }
        bodyStart = message.count
    }
}

/// The canonical forms of header fields (RFC 6376 §3.4.1, §3.4.2).
enum CanonicalHeader {
    /// Appends a field in the relaxed form, with its CRLF.
    static func appendRelaxed(_ field: UnsafeBufferPointer<UInt8>, colon: Int, to output: inout ByteStore) {
        output.append(atMost: field.count + 3) { destination in
            var write = destination
            var end = colon
            while end > 0, isSpace(field[end - 1]) { end -= 1 }
            for index in 0..<end {
                let byte = field[index]
                write[0] = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
                write += 1
            }
            write[0] = UInt8(ascii: ":")
            write += 1
            // Folded lines are joined, runs of white space become one space, and none stands at either end.
            let start = write
            var hasSpace = false
            for index in colon + 1..<field.count {
                let byte = field[index]
                if isSpace(byte) {
                    hasSpace = true
                    continue
                }
                if hasSpace, write != start {
                    write[0] = 0x20
                    write += 1
                }
                hasSpace = false
                write[0] = byte
                write += 1
            }
            write[0] = 0x0D
            write[1] = 0x0A
            return write + 2
        }
    }

    @inline(__always)
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
    }
}
