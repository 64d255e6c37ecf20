/// Makes rendered text fit for a header: one line, whatever it held.
enum HeaderText {
    /// Cleans what stands in `store`, in place.
    ///
    /// Line breaks and all other control characters, of ASCII or of Unicode, become spaces (a CRLF just one), so that no value
    /// can end a header or begin another, here or after a reader has decoded it. Space at both ends goes.
    static func clean(_ store: inout ByteStore) {
        let base = store.base
        let count = store.count
        var write = 0
        var read = 0
        while read < count {
            let length = separatorLength(base, at: read, count: count)
            if length > 0 {
                if write > 0 { put(0x20, base, &write) }
                read += length
            } else if base[read] == 0x20 {
                if write > 0 { put(0x20, base, &write) }
                read += 1
            } else {
                put(base[read], base, &write)
                read += 1
            }
        }
        while write > 0, base[write - 1] == 0x20 {
            write -= 1
        }
        store.truncate(to: write)
    }

    /// `text`, cleaned.
    static func cleaned(_ text: String) -> [UInt8] {
        var store = ByteStore(capacity: text.utf8.count)
        store.append(text)
        clean(&store)
        return Array(store.bytes)
    }

    @inline(__always)
    private static func put(_ byte: UInt8, _ base: UnsafeMutablePointer<UInt8>, _ write: inout Int) {
        base[write] = byte
        write += 1
    }

    /// How many bytes at `index` are a control character or a line separator; 0 when it is something else.
    @inline(__always)
    private static func separatorLength(_ base: UnsafeMutablePointer<UInt8>, at index: Int, count: Int) -> Int {
        let byte = base[index]
        if byte < 0x20 || byte == 0x7F {
            return byte == 0x0D && index + 1 < count && base[index + 1] == 0x0A ? 2 : 1
        }
        // U+0080 to U+009F
        if byte == 0xC2, index + 1 < count, base[index + 1] < 0xA0 { return 2 }
        // U+2028 and U+2029
        if byte == 0xE2, index + 2 < count, base[index + 1] == 0x80, base[index + 2] & 0xFE == 0xA8 { return 3 }
        return 0
    }
}
