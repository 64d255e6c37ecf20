/// Finds the Message-ID in the header of a message without reading the rest (RFC 5322 §3.6.4).
enum MessageIDFinder {
    private static let name = Array("message-id:".utf8)

    /// The header's value with its angle brackets, or `nil` when the header ends, or the bytes end, before there is one.
    static func messageID(in bytes: UnsafeRawBufferPointer) -> String? {
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            if end == start || (end == start + 1 && bytes[start] == 0x0D) { return nil }
            if isName(bytes[start..<end]) { return value(bytes[(start + name.count)...]) }
            start = end + 1
        }
        return nil
    }

    private static func isName(_ line: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard let first = line.first, first | 0x20 == 0x6D else { return false }
        return line.starts(with: name) { ((0x41...0x5A).contains($0) ? $0 | 0x20 : $0) == $1 }
    }

    /// The text up to the end of the header field, whose lines may be folded.
    private static func value(_ rest: Slice<UnsafeRawBufferPointer>) -> String? {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
        guard let first = rest.firstIndex(where: { !isSpace($0) }),
            let end = rest[first...].firstIndex(where: isSpace)
        else { return nil }
        return String(decoding: rest[first..<end], as: UTF8.self)
    }
}
