/// One group of fields of a report: what stands up to the next blank line.
struct ReportFields: Sendable {
    struct Field: Sendable {
        var name: Bytes
        /// Unfolded, in UTF-8.
        var value: Bytes
    }

    private(set) var fields: [Field] = []
    /// Where the next group begins.
    private(set) var end: Int

    /// Reads a group; lines that are no fields are passed over.
    init(_ bytes: Bytes, limits: ParseLimits) {
        var scanner = LineScanner(bytes)
        var open: (name: Bytes, value: [UInt8])?
        var hasText = false
        while let line = scanner.next() {
            let words = line.trimmed
            if words.isEmpty {
                if hasText { break } else { continue }
            }
            hasText = true
            if let first = line.first, ASCII.isBlank(first), open != nil {
                if (open?.value.count ?? 0) < limits.fieldBytes { open?.value += [ASCII.space] + words }
            } else if let colon = MIMEHeader.nameEnd(of: words), fields.count < limits.fields {
                Self.close(&open, into: &fields)
                open = (words[..<colon].trimmed, Array(words[(colon + 1)...].trimmed))
            } else if open != nil, let name = open?.name, name.isText("diagnostic-code") {
                // A reply of several lines that its writer forgot to fold.
                if (open?.value.count ?? 0) < limits.fieldBytes { open?.value += [ASCII.space] + words }
            }
        }
        Self.close(&open, into: &fields)
        end = scanner.position
    }

    private static func close(_ open: inout (name: Bytes, value: [UInt8])?, into fields: inout [Field]) {
        guard let field = open else { return }
        // An address is what it is, even if it looks like an encoded word.
        let isText = field.name.isText("diagnostic-code")
        let value =
            isText
            ? EncodedWordReader.utf8(of: field.value[...]) : CharsetDecoder.utf8(field.value[...], charset: nil)
        fields.append(Field(name: field.name, value: value))
        open = nil
    }
}
