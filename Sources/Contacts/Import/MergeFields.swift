/// Merge fields as the book stores them: one JSON object of texts, written and scanned as bytes.
enum MergeFields {
    /// Appends a JSON string literal of UTF-8 bytes, quotes included.
    static func appendLiteral(_ bytes: some Collection<UInt8>, to json: inout [UInt8]) {
        json.append(UInt8(ascii: "\""))
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                json.append(UInt8(ascii: "\\"))
                json.append(byte)
            case 0..<0x20:
                json.append(contentsOf: "\\u00".utf8)
                json.append(hexDigit(byte >> 4))
                json.append(hexDigit(byte & 15))
            default:
                json.append(byte)
            }
        }
        json.append(UInt8(ascii: "\""))
    }

    /// A JSON array of strings, such as a list's columns.
    static func array(of texts: [String]) -> String {
        var json: [UInt8] = [UInt8(ascii: "[")]
        for (index, text) in texts.enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            appendLiteral(text.utf8, to: &json)
        }
        json.append(UInt8(ascii: "]"))
        return String(decoding: json, as: UTF8.self)
    }

    /// The strings of a JSON array of strings.
    static func texts(ofArray json: String) -> [String] {
        var scanner = Scanner(bytes: Array(json.utf8))
        var texts: [String] = []
        while let text = scanner.nextString() { texts.append(text) }
        return texts
    }

    /// All fields of a stored object.
    static func dictionary(of json: String) -> [String: String] {
        var scanner = Scanner(bytes: Array(json.utf8))
        var fields: [String: String] = [:]
        while let name = scanner.nextString(), let value = scanner.nextString() { fields[name] = value }
        return fields
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// Picks the values of certain fields out of stored objects, in their own order.
    ///
    /// A field that a contact lacks is empty; `email` is the address unless a column has this name.
    struct Selection {
        private let names: [[UInt8]]
        private let email: Int?

        /// Whether no field is asked for.
        var isEmpty: Bool { names.isEmpty }

        init(names: [String]) {
            self.names = names.map { Array($0.utf8) }
            email = names.firstIndex { $0.lowercased() == "email" }
        }

        /// The values in the order of the names.
        func values(in json: UnsafeBufferPointer<UInt8>, address: String) -> [String] {
            guard !isEmpty else { return [] }
            var values = [String](repeating: "", count: names.count)
            if let email { values[email] = address }
            var scanner = Scanner(bytes: json)
            while let name = scanner.nextLiteral(), let value = scanner.nextLiteral() {
                for (index, wanted) in names.enumerated() where scanner.matches(name, wanted) {
                    values[index] = scanner.text(of: value)
                }
            }
            return values
        }
    }

    /// Walks over the string literals of a JSON text that holds nothing else of interest.
    struct Scanner<Bytes: RandomAccessCollection<UInt8>> where Bytes.Index == Int {
        /// A literal's contents between its quotes, and whether a backslash is among them.
        struct Literal {
            var range: Range<Int>
            var isEscaped: Bool
        }

        let bytes: Bytes
        private var position: Int

        init(bytes: Bytes) {
            self.bytes = bytes
            position = bytes.startIndex
        }

        /// The next literal; `nil` at the end of the text.
        mutating func nextLiteral() -> Literal? {
            while position < bytes.endIndex, bytes[position] != UInt8(ascii: "\"") { position += 1 }
            guard position < bytes.endIndex else { return nil }
            position += 1
            let start = position
            var isEscaped = false
            while position < bytes.endIndex, bytes[position] != UInt8(ascii: "\"") {
                if bytes[position] == UInt8(ascii: "\\") {
                    isEscaped = true
                    position += 1
                }
                position += 1
            }
            let end = min(position, bytes.endIndex)
            position = min(position + 1, bytes.endIndex)
            return Literal(range: start..<end, isEscaped: isEscaped)
        }

        /// The next literal as text.
        mutating func nextString() -> String? {
            nextLiteral().map { text(of: $0) }
        }

        func matches(_ literal: Literal, _ name: [UInt8]) -> Bool {
            if literal.isEscaped { return text(of: literal).utf8.elementsEqual(name) }
            return literal.range.count == name.count && bytes[literal.range].elementsEqual(name)
        }

        func text(of literal: Literal) -> String {
            let raw = bytes[literal.range]
            return literal.isEscaped ? Self.unescaped(raw) : String(decoding: raw, as: UTF8.self)
        }

        /// Undoes JSON's backslashes (RFC 8259 §7).
        private static func unescaped(_ raw: Bytes.SubSequence) -> String {
            var units: [UInt16] = []
            var escapes = Array(String(decoding: raw, as: UTF8.self).utf16)[...]
            while let unit = escapes.popFirst() {
                guard unit == 0x5C, let escape = escapes.popFirst() else {
                    units.append(unit)
                    continue
                }
                switch UInt8(truncatingIfNeeded: escape) {
                case UInt8(ascii: "b"): units.append(0x08)
                case UInt8(ascii: "f"): units.append(0x0C)
                case UInt8(ascii: "n"): units.append(0x0A)
                case UInt8(ascii: "r"): units.append(0x0D)
                case UInt8(ascii: "t"): units.append(0x09)
                case UInt8(ascii: "u"):
                    let digits = String(decoding: escapes.prefix(4), as: UTF16.self)
                    escapes = escapes.dropFirst(4)
                    units.append(UInt16(digits, radix: 16) ?? 0xFFFD)
                default: units.append(escape)
                }
            }
            return String(decoding: units, as: UTF16.self)
        }
    }
}
