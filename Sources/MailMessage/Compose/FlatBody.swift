/// A body of literal text and fields, prepared so that rendering it is mostly copying.
///
/// It holds the text twice: in pieces as they are, for messages that need no encoding, and in blocks, where each run of lines
/// without a field is quoted-printable already and just the lines with fields are left to encode.
struct FlatBody: Sendable {
    /// Text or a field, of the unencoded body.
    enum Piece: Sendable {
        case literal(Literal)
        case field(FieldSlot)
    }

    /// Text in ``raw``.
    struct Literal: Sendable {
        let range: Range<Int>
        /// The length of what stands before its first line break, or of all of it.
        let head: Int
        /// The length of what stands after its last line break; `nil` when it has none.
        let tail: Int?
    }

    /// Whole lines of the encoded body.
    enum Block: Sendable {
        /// Lines without fields: their quoted-printable form in ``encoded``.
        case encoded(Range<Int>)
        /// One line of the template that holds fields, as pieces.
        case line([Piece])
    }

    /// The literal text with CRLF line breaks.
    let raw: [UInt8]
    let pieces: [Piece]
    let literalsAllowSevenBit: Bool
    let blocks: [Block]
    let encoded: [UInt8]
    /// How many bytes of ``raw`` became ``encoded``.
    let encodedRawLength: Int
    let isInMultipart: Bool

    /// Prepares `segments`, whose literals have line feeds as line breaks; a line break is added at the end if there is none.
    init(_ segments: [TemplateSegment], isInMultipart: Bool) {
        var builder = FlatBodyBuilder()
        for segment in segments {
            switch segment {
            case .literal(let bytes): builder.append(literal: bytes)
            case .field(let slot): builder.append(field: slot)
            }
        }
        builder.finish()
        raw = builder.raw
        pieces = builder.pieces
        blocks = builder.blocks
        encoded = builder.encoded
        encodedRawLength = builder.encodedRawLength
        self.isInMultipart = isInMultipart
        literalsAllowSevenBit = pieces.allSatisfy { [raw = builder.raw] piece in
            guard case .literal(let literal) = piece else { return true }
            return raw[literal.range].withContiguousStorageIfAvailable {
                TransferEncoding.allowsSevenBit($0, isInMultipart: isInMultipart)
            } ?? false
        }
    }

    /// How much of the encoded body comes before anything that depends on the contact; `nil` when all of it does.
    func constantLength(in encoding: TransferEncoding) -> Int? {
        guard let first = pieces.first else { return nil }
        let hasFields = pieces.contains { if case .field = $0 { true } else { false } }
        guard hasFields else { return nil }
        switch encoding {
        case .sevenBit:
            if case .literal(let literal) = first { return literal.range.upperBound }
            return 0
        case .quotedPrintable:
            if case .encoded(let range)? = blocks.first { return range.upperBound }
            return 0
        case .base64:
            // Groups of three bytes go over the edges of fields; such bodies are rare with fields near their end.
            return 0
        }
    }
}

/// Sorts a template's segments into the pieces and blocks of a ``FlatBody``.
private struct FlatBodyBuilder {
    private(set) var raw: [UInt8] = []
    private(set) var pieces: [FlatBody.Piece] = []
    private(set) var blocks: [FlatBody.Block] = []
    private(set) var encoded: [UInt8] = []
    private(set) var encodedRawLength = 0
    /// Whole lines without fields that are not a block yet.
    private var plainLines = 0..<0
    /// The line that has begun, and whether it has a field.
    private var line: [FlatBody.Piece] = []
    private var lineHasField = false

    mutating func append(field: FieldSlot) {
        pieces.append(.field(field))
        line.append(.field(field))
        lineHasField = true
    }

    mutating func append(literal: [UInt8]) {
        let start = raw.count
        var lineStart = start
        for byte in literal {
            guard byte == 0x0A else {
                raw.append(byte)
                continue
            }
            raw.append(0x0D)
            raw.append(0x0A)
            endLine(with: lineStart..<raw.count)
            lineStart = raw.count
        }
        if lineStart < raw.count {
            line.append(.literal(self.literal(in: lineStart..<raw.count)))
        }
        if start < raw.count {
            pieces.append(.literal(self.literal(in: start..<raw.count)))
        }
    }

    private mutating func endLine(with rest: Range<Int>) {
        if lineHasField {
            endPlainLines()
            blocks.append(.line(line + [.literal(literal(in: rest))]))
        } else {
            // Without a field between them, the pieces of a line lie side by side.
            var start = rest.lowerBound
            if case .literal(let first)? = line.first { start = first.range.lowerBound }
            plainLines = plainLines.isEmpty ? start..<rest.upperBound : plainLines.lowerBound..<rest.upperBound
        }
        line = []
        lineHasField = false
    }

    private mutating func endPlainLines() {
        guard !plainLines.isEmpty else { return }
        var output = ByteStore(capacity: plainLines.count * 2)
        raw.withUnsafeBufferPointer {
            QuotedPrintable.encode(UnsafeBufferPointer(rebasing: $0[plainLines]), into: &output)
        }
        blocks.append(.encoded(encoded.count..<encoded.count + output.count))
        encoded.append(contentsOf: output.bytes)
        encodedRawLength += plainLines.count
        plainLines = 0..<0
    }

    mutating func finish() {
        if raw.isEmpty && !lineHasField || !line.isEmpty {
            append(literal: [0x0A])
        }
        endPlainLines()
    }

    private func literal(in range: Range<Int>) -> FlatBody.Literal {
        let text = raw[range]
        guard let first = text.firstIndex(of: 0x0D), let last = text.lastIndex(of: 0x0A) else {
            return FlatBody.Literal(range: range, head: range.count, tail: nil)
        }
        return FlatBody.Literal(range: range, head: first - range.lowerBound, tail: range.upperBound - last - 1)
    }
}
