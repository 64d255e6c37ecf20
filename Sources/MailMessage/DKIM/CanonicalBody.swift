/// A body in canonical form as bytes, for signatures that cover a part of it or use the simple form (RFC 6376 §3.4.3).
enum CanonicalBody {
    /// The canonical form of a body with CRLF line ends.
    static func bytes(_ body: ArraySlice<UInt8>, relaxed: Bool) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(body.count + 2)
        var hasSpace = false
        for (index, byte) in zip(body.indices, body) {
            let endsLine = byte == 0x0D && index + 1 < body.endIndex && body[index + 1] == 0x0A
            if relaxed, byte == 0x20 || byte == 0x09 {
                hasSpace = true
                continue
            }
            if hasSpace, !endsLine { output.append(0x20) }
            hasSpace = false
            output.append(byte)
        }
        while output.suffix(4) == [0x0D, 0x0A, 0x0D, 0x0A] { output.removeLast(2) }
        if output == [0x0D, 0x0A] { output = [] }
        // An empty body is a line end in the simple form and nothing in the relaxed one.
        if output.suffix(2) != [0x0D, 0x0A], !relaxed || !output.isEmpty { output += [0x0D, 0x0A] }
        return output
    }
}
