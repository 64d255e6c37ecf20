/// Text as bodies want it: its line breaks are line feeds, and other control characters than tabs are gone.
enum LineText {
    /// `text` with CRLF and a bare CR turned into a line feed, and C0 controls other than tab, and DEL, removed.
    static func cleaned(_ text: String) -> String {
        let utf8 = text.utf8
        guard utf8.contains(where: { isControl($0) && $0 != 0x0A }) else { return text }
        var cleaned: [UInt8] = []
        cleaned.reserveCapacity(utf8.count)
        var previous: UInt8 = 0
        for byte in utf8 {
            switch byte {
            case 0x0D:
                cleaned.append(0x0A)
            case 0x0A where previous == 0x0D:
                break
            case 0x0A:
                cleaned.append(0x0A)
            case let byte where isControl(byte):
                break
            default:
                cleaned.append(byte)
            }
            previous = byte
        }
        return String(decoding: cleaned, as: UTF8.self)
    }

    /// Whether `byte` is a C0 control other than tab, or DEL.
    @inline(__always)
    static func isControl(_ byte: UInt8) -> Bool {
        byte < 0x20 && byte != 0x09 || byte == 0x7F
    }
}
