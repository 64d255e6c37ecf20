internal import Foundation

/// Turns text of any character set into UTF-8; what cannot be decoded becomes U+FFFD, never an error.
///
/// The usual sets are done here; the many others are left to the system's iconv.
enum CharsetDecoder {
    /// The text in UTF-8.
    ///
    /// - A text of ASCII alone is never touched, unless its set writes other things with ASCII.
    /// - A text that is valid UTF-8 is taken as such when its set is ASCII or not named: old software forgets to say so.
    /// - Without a better hint, escape sequences mean ISO-2022-JP, and other bytes Windows-1252.
    static func utf8(_ bytes: Bytes, charset: String?) -> Bytes {
        let label = charset.map(normalized) ?? ""
        let writesWithASCII = asciiIsNotItself.contains { label.hasPrefix($0) }
        if !writesWithASCII, bytes.allSatisfy({ $0 < 0x80 && $0 != ASCII.escape }) { return bytes }
        if !writesWithASCII, !label.hasPrefix("iso-2022"), String(validating: bytes, as: UTF8.self) != nil,
            !bytes.contains(ASCII.escape)
        {
            return bytes
        }
        switch label {
        case "", "us-ascii", "ascii", "utf-8", "utf8", "unknown-8bit", "x-unknown", "8bit", "7bit", "binary":
            if bytes.contains(ASCII.escape), let text = converted(bytes, from: "iso-2022-jp") { return text[...] }
            return label.hasPrefix("utf") ? Array(bytes.text.utf8)[...] : windows1252(bytes)[...]
        case "iso-8859-1", "iso8859-1", "latin1", "windows-1252", "cp1252":
            return windows1252(bytes)[...]
        default:
            return (converted(bytes, from: label) ?? windows1252(bytes))[...]
        }
    }

    /// Sets in which ASCII bytes mean something else, or may.
    private static let asciiIsNotItself = ["utf-16", "utf-32", "ucs-", "utf-7", "hz", "utf16", "utf32", "unicode-1-1"]

    /// A name of a set as iconv knows it; what no name contains is dropped, so that it can carry no options.
    private static func normalized(_ label: String) -> String {
        let allowed = label.lowercased().utf8.filter {
            ASCII.isLetter($0) || ASCII.isDigit($0) || "-_.:".utf8.contains($0)
        }
        let name = String(decoding: allowed.prefix(40), as: UTF8.self)
        return aliases[name] ?? name
    }

    /// Names that mail uses and iconv does not know.
    private static let aliases = [
        "ks_c_5601-1987": "cp949", "x-sjis": "cp932", "shift_jis": "cp932", "shift-jis": "cp932", "gb2312": "gb18030",
        "x-gbk": "gb18030", "gbk": "gb18030", "x-euc-jp": "euc-jp", "iso-8859-8-i": "iso-8859-8",
        "iso-8859-6-i": "iso-8859-6", "x-mac-roman": "macintosh", "unicode-1-1-utf-7": "utf-7", "cp-850": "cp850",
        "windows-31j": "cp932", "iso-2022-jp": "iso-2022-jp-2", "hz-gb-2312": "hz",
    ]

    private static func windows1252(_ bytes: Bytes) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + bytes.count / 8)
        for byte in bytes {
            switch byte {
            case ..<0x80: result.append(byte)
            case 0x80..<0xA0: result.append(contentsOf: String(Unicode.Scalar(c1[Int(byte - 0x80)]) ?? "\u{FFFD}").utf8)
            default:
                result.append(0xC0 | byte >> 6)
                result.append(0x80 | byte & 0x3F)
            }
        }
        return result
    }

    /// What Windows-1252 has where ISO 8859-1 has control characters.
    private static let c1: [UInt16] = [
        0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD,
        0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0xFFFD, 0x017E, 0x0178,
    ]

    #if canImport(Glibc)
        /// What iconv makes of it; `nil` when it does not know the set.
        private static func converted(_ bytes: Bytes, from label: String) -> [UInt8]? {
            guard !label.isEmpty, let converter = iconv_open("UTF-8", label),
                converter != UnsafeMutableRawPointer(bitPattern: -1)
            else {
                return nil
            }
            defer { iconv_close(converter) }
            var input = bytes.map { CChar(bitPattern: $0) }
            var output = [CChar](repeating: 0, count: 4096)
            var result: [UInt8] = []
            let end = input.count
            var position = 0
            input.withUnsafeMutableBufferPointer { input in
                output.withUnsafeMutableBufferPointer { output in
                    guard let inputBase = input.baseAddress, let outputBase = output.baseAddress else { return }
                    while position < end {
                        var source: UnsafeMutablePointer<CChar>? = inputBase + position
                        var sourceLeft = end - position
                        var destination: UnsafeMutablePointer<CChar>? = outputBase
                        var destinationLeft = output.count
                        let status = iconv(converter, &source, &sourceLeft, &destination, &destinationLeft)
                        let problem = errno
                        for index in 0..<(output.count - destinationLeft) {
                            result.append(UInt8(bitPattern: output[index]))
                        }
                        position = end - sourceLeft
                        guard status == -1 else { continue }
                        // E2BIG only asks for more room; anything else is a byte that has no meaning.
                        if problem != E2BIG {
                            result.append(contentsOf: "\u{FFFD}".utf8)
                            position += 1
                        }
                    }
                }
            }
            return result
        }
    #else
        private static func converted(_ bytes: Bytes, from label: String) -> [UInt8]? {
            let encoding = CFStringConvertIANACharSetNameToEncoding(label as CFString)
            guard encoding != kCFStringEncodingInvalidId else { return nil }
            let foundation = String.Encoding(rawValue: CFStringConvertEncodingToNSStringEncoding(encoding))
            return String(data: Data(bytes), encoding: foundation).map { Array($0.utf8) }
        }
    #endif
}
