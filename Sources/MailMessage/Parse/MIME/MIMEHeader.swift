/// The header of a message or a part (RFC 5322 §2.2), as it came: folded, encoded, perhaps broken.
///
/// What is broken is read as it was probably meant: a mailbox file's `From ` line and blank lines before the first field are
/// passed over, a parameter that a careless writer put at the beginning of a line belongs to the field before it, a line
/// that is no field at all ends the header unless more fields follow.
struct MIMEHeader: Sendable {
    private struct Field {
        var name: Bytes
        /// The value with its line ends, without those at its foot.
        var value: Range<Int>
    }

    private let bytes: Bytes
    private var fields: [Field] = []
    /// Where the body begins.
    private(set) var bodyStart: Int

    /// Whether there is no field.
    var isEmpty: Bool { fields.isEmpty }

    /// Reads a header at the beginning of some bytes.
    ///
    /// - Parameter mayBeEmpty: whether a blank line at the beginning ends it, as in a part, or is careless storage.
    init(reading bytes: Bytes, mayBeEmpty: Bool = false, limits: ParseLimits = .standard) {
        self.bytes = bytes
        bodyStart = bytes.endIndex
        var scanner = LineScanner(bytes)
        var lineStart = scanner.position
        while let line = scanner.next() {
            defer { lineStart = scanner.position }
            if line.allSatisfy(ASCII.isBlank) {
                if fields.isEmpty, !mayBeEmpty { continue }
                bodyStart = scanner.position
                return
            }
            if let first = line.first, ASCII.isBlank(first), !fields.isEmpty || Self.nameEnd(of: line) == nil {
                guard !fields.isEmpty else { continue }
                extendLast(to: line.endIndex, limits: limits)
            } else if let colon = Self.nameEnd(of: line) {
                guard fields.count < limits.fields else { continue }
                var name = line[..<colon]
                while let last = name.last, ASCII.isBlank(last) { name.removeLast() }
                let end = min(line.endIndex, colon + 1 + limits.fieldBytes)
                fields.append(Field(name: name, value: (colon + 1)..<end))
            } else if fields.isEmpty, line.hasPrefix("from ") || line.hasPrefix(">from ") {
                continue
            } else if lastValueWantsMore, line.contains(UInt8(ascii: "=")), !line.starts(with: [0x2D, 0x2D]) {
                extendLast(to: line.endIndex, limits: limits)
            } else {
                // Debris between fields, or above the first one.
                var rest = scanner
                if !line.starts(with: [0x2D, 0x2D]), let next = rest.next(), Self.nameEnd(of: next) != nil { continue }
                bodyStart = lineStart
                return
            }
        }
    }

    /// The first field of a name, folded; `name` is in lower case.
    func first(_ name: StaticString) -> Bytes? {
        for field in fields where field.name.isText(name) { return bytes[field.value] }
        return nil
    }

    /// All fields of a name.
    func all(_ name: StaticString) -> [Bytes] {
        fields.filter { $0.name.isText(name) }.map { bytes[$0.value] }
    }

    /// Whether there is a field of this name.
    func has(_ name: StaticString) -> Bool { first(name) != nil }

    /// A field as people read it: unfolded, encoded words decoded; `nil` where it is missing or empty.
    func text(_ name: StaticString) -> String? {
        guard let value = first(name) else { return nil }
        let text = EncodedWordReader.text(of: Self.unfolded(value))
        return text.isEmpty ? nil : text
    }

    /// A field unfolded, as bytes.
    func unfolded(_ name: StaticString) -> Bytes? {
        first(name).map(Self.unfolded)
    }

    /// The value on one line: each line end with the white space around it becomes one space.
    static func unfolded(_ value: Bytes) -> Bytes {
        let value = value.trimmed
        guard value.contains(where: { $0 == ASCII.lineFeed || $0 == ASCII.carriageReturn }) else { return value }
        var result: [UInt8] = []
        result.reserveCapacity(value.count)
        var isBreak = false
        for byte in value {
            if byte == ASCII.lineFeed || byte == ASCII.carriageReturn {
                isBreak = true
                while let last = result.last, ASCII.isBlank(last) { result.removeLast() }
            } else if isBreak, ASCII.isBlank(byte) {
                continue
            } else {
                if isBreak { result.append(ASCII.space) }
                isBreak = false
                result.append(byte)
            }
        }
        return result[...]
    }

    /// The colon behind the name of a field, if a line begins with one.
    static func nameEnd(of line: Bytes) -> Int? {
        var index = line.startIndex
        while index < line.endIndex, line[index] > ASCII.space, line[index] < 0x7F, line[index] != UInt8(ascii: ":") {
            index += 1
        }
        guard index > line.startIndex, index - line.startIndex <= 76 else { return nil }
        let nameEnd = index
        while index < line.endIndex, ASCII.isBlank(line[index]) { index += 1 }
        guard index < line.endIndex, line[index] == UInt8(ascii: ":") else { return nil }
        // A blank before the colon is an old habit; a longer gap is a sentence.
        return index - nameEnd <= 1 ? index : nil
    }

    private var lastValueWantsMore: Bool {
        fields.last.map { bytes[$0.value].trimmed.last == UInt8(ascii: ";") } ?? false
    }

    private mutating func extendLast(to end: Int, limits: ParseLimits) {
        guard let last = fields.indices.last, end - fields[last].value.lowerBound <= limits.fieldBytes else { return }
        fields[last].value = fields[last].value.lowerBound..<end
    }
}
