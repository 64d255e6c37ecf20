/// A small reader of what the composer writes, written apart from it: headers, multiparts and transfer encodings.
struct MIMEReader {
    /// The header fields in their order, unfolded, with their encoded words still in them.
    var headers: [(name: String, value: String)] = []
    /// The body as it stands.
    var body: [UInt8] = []

    init(_ message: [UInt8]) {
        var rest = message[...]
        while let end = rest.firstBreak {
            let line = Array(rest[..<end])
            rest = rest[(end + 2)...]
            if line.isEmpty { break }
            let text = String(decoding: line, as: UTF8.self)
            if line[0] == 0x20 || line[0] == 0x09, !headers.isEmpty {
                let value = headers[headers.count - 1].value + text
                headers[headers.count - 1].value = String(value.drop { $0 == " " })
            } else {
                let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                let value = parts.count == 2 ? parts[1] : "(no colon)"
                headers.append((parts[0], String(value.drop { $0 == " " })))
            }
        }
        body = Array(rest)
    }

    /// The value of the only header of this name, or `nil` when there is none or more than one.
    subscript(name: String) -> String? {
        let values = headers.filter { $0.name.lowercased() == name.lowercased() }
        return values.count == 1 ? values[0].value : nil
    }

    /// The parts of a multipart body.
    var parts: [MIMEReader] {
        guard let type = self["Content-Type"], let start = type.range(after: "boundary=\""),
            let end = type[start...].firstIndex(of: "\"")
        else { return [] }
        let delimiter = Array("\r\n--\(type[start..<end])".utf8)
        var parts: [MIMEReader] = []
        var rest = ([0x0D, 0x0A] + body)[...]
        var isFirst = true
        while let found = rest.firstIndex(of: delimiter) {
            if !isFirst { parts.append(MIMEReader(Array(rest[..<found]))) }
            isFirst = false
            rest = rest[(found + delimiter.count)...].dropFirst(2)
        }
        return parts
    }

    /// The body with its transfer encoding taken off.
    var decodedBody: String {
        switch self["Content-Transfer-Encoding"] {
        case "quoted-printable": String(decoding: Self.decodeQuotedPrintable(body), as: UTF8.self)
        case "base64": String(decoding: Self.decodeBase64(body), as: UTF8.self)
        default: String(decoding: body, as: UTF8.self)
        }
    }

    static func decodeQuotedPrintable(_ source: [UInt8]) -> [UInt8] {
        var decoded: [UInt8] = []
        var index = 0
        while index < source.count {
            guard source[index] == UInt8(ascii: "=") else {
                decoded.append(source[index])
                index += 1
                continue
            }
            let pair = source[(index + 1)..<min(index + 3, source.count)]
            if pair.elementsEqual([0x0D, 0x0A]) {
                index += 3
            } else if let byte = UInt8(String(decoding: pair, as: UTF8.self), radix: 16), pair.count == 2 {
                decoded.append(byte)
                index += 3
            } else {
                return Array("(not quoted-printable)".utf8)
            }
        }
        return decoded
    }

    static func decodeBase64(_ source: [UInt8]) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var bits: UInt32 = 0
        var count = 0
        var decoded: [UInt8] = []
        for byte in source {
            guard let value = alphabet.firstIndex(of: byte) else { continue }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                decoded.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return decoded
    }

    /// Decodes encoded words; the space between two of them goes (RFC 2047 §6.2).
    ///
    /// What is no encoded word stays.
    static func decodeWords(_ value: String) -> String {
        var decoded = ""
        var previousWasEncoded = false
        for (index, word) in value.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
            let fields = word.split(separator: "?", omittingEmptySubsequences: false)
            let isEncoded = fields.count == 5 && fields[0] == "=" && fields[1] == "UTF-8" && fields[4] == "="
            if index > 0, !(isEncoded && previousWasEncoded) { decoded += " " }
            if !isEncoded {
                decoded += word
            } else if fields[2] == "Q" {
                let text = Array(fields[3].replacing("_", with: " ").utf8)
                decoded += String(validating: decodeQuotedPrintable(text), as: UTF8.self) ?? "(split character)"
            } else {
                let bytes = decodeBase64(Array(fields[3].utf8))
                decoded += String(validating: bytes, as: UTF8.self) ?? "(split character)"
            }
            previousWasEncoded = isEncoded
        }
        return decoded
    }
}

extension ArraySlice<UInt8> {
    fileprivate var firstBreak: Int? { firstIndex(of: [0x0D, 0x0A]) }

    fileprivate func firstIndex(of pattern: [UInt8]) -> Int? {
        guard count >= pattern.count else { return nil }
        return (startIndex...(endIndex - pattern.count)).first {
            self[$0] == pattern[0] && self[$0..<($0 + pattern.count)].elementsEqual(pattern)
        }
    }
}

extension String {
    fileprivate func range(after text: String) -> Index? {
        ranges(of: text).first?.upperBound
    }
}
