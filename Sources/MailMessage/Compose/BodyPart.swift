/// A text or HTML body of a message with the header fields that go before it.
struct BodyPart: Sendable {
    private enum Source: Sendable {
        /// Prepared bodies, one for each combination of empty and filled condition fields.
        case flat(conditions: [Int], variants: [FlatBody])
        /// A template that the Mustache library renders each time.
        case mustache(TemplatePart)
    }

    private let source: Source
    private let isInMultipart: Bool
    private let sevenBitHeader: [UInt8]
    private let quotedPrintableHeader: [UInt8]
    private let base64Header: [UInt8]

    /// Prepares `part` as a body of the type text/`subtype`.
    ///
    /// With `usesMustacheAlways` nothing is prepared: slower, and byte for byte the same.
    init(_ part: TemplatePart, subtype: String, isInMultipart: Bool, usesMustacheAlways: Bool) {
        if !usesMustacheAlways, let variants = part.variants() {
            source = .flat(
                conditions: part.conditions, variants: variants.map { FlatBody($0, isInMultipart: isInMultipart) })
        } else {
            source = .mustache(part)
        }
        self.isInMultipart = isInMultipart
        func header(_ encoding: TransferEncoding) -> [UInt8] {
            Array(
                """
                Content-Type: text/\(subtype); charset=utf-8\r
                Content-Transfer-Encoding: \(encoding.rawValue)\r
                \r

                """.utf8)
        }
        sevenBitHeader = header(.sevenBit)
        quotedPrintableHeader = header(.quotedPrintable)
        base64Header = header(.base64)
    }

    /// Appends the part: unencoded where it may, else in the shorter of the two encodings.
    ///
    /// - Parameter layout: Hears how much of the part does not depend on the contact.
    func append(_ values: MergeValues, to buffer: inout MessageBuffer, layout: inout BodyLayout) {
        let start = buffer.output.count
        switch source {
        case .flat(let conditions, let variants):
            let variant = conditions.isEmpty ? 0 : values.variant(of: conditions)
            let body = variants[variant]
            let encoding = append(body, values, to: &buffer.output, scratch: &buffer.scratch)
            let header = header(of: encoding).count
            layout.add(
                variant: variant * 3 + encoding.rank,
                constantEnd: body.constantLength(in: encoding).map { start + header + $0 })
        case .mustache(let part):
            append(part.render(values, cleaning: .lines), to: &buffer.output, scratch: &buffer.scratch)
            layout.add(variant: 0, constantEnd: start)
        }
    }

    private func header(of encoding: TransferEncoding) -> [UInt8] {
        switch encoding {
        case .sevenBit: sevenBitHeader
        case .quotedPrintable: quotedPrintableHeader
        case .base64: base64Header
        }
    }

    private func append(
        _ body: FlatBody, _ values: MergeValues, to output: inout ByteStore, scratch: inout ByteStore
    ) -> TransferEncoding {
        let start = output.count
        if body.literalsAllowSevenBit {
            output.append(sevenBitHeader)
            if body.appendSevenBit(values, to: &output) { return .sevenBit }
            output.truncate(to: start)
        }
        scratch.truncate(to: 0)
        body.appendFieldLines(values, to: &scratch)
        let rawLength = body.encodedRawLength + scratch.count
        // Encoding makes nothing shorter: if it is too long without the fields' lines encoded, it need not be tried.
        let leastLength = body.encoded.count + scratch.count
        if TransferEncoding.prefersQuotedPrintable(ofLength: leastLength, to: rawLength) {
            output.append(quotedPrintableHeader)
            let bodyStart = output.count
            body.appendQuotedPrintable(values, to: &output, scratch: &scratch)
            if TransferEncoding.prefersQuotedPrintable(ofLength: output.count - bodyStart, to: rawLength) {
                return .quotedPrintable
            }
            output.truncate(to: start)
        }
        scratch.truncate(to: 0)
        body.appendRaw(values, to: &scratch)
        output.append(base64Header)
        Base64.encodeLines(scratch.bytes, into: &output)
        return .base64
    }

    /// Appends a rendered text, whose line breaks are line feeds.
    private func append(_ text: String, to output: inout ByteStore, scratch: inout ByteStore) {
        scratch.truncate(to: 0)
        for byte in text.utf8 {
            if byte == 0x0A { scratch.append(0x0D) }
            scratch.append(byte)
        }
        if text.utf8.last != 0x0A { scratch.append("\r\n") }
        if TransferEncoding.allowsSevenBit(scratch.bytes, isInMultipart: isInMultipart) {
            output.append(sevenBitHeader)
            output.append(scratch.bytes)
            return
        }
        let start = output.count
        output.append(quotedPrintableHeader)
        let bodyStart = output.count
        QuotedPrintable.encode(scratch.bytes, into: &output)
        if !TransferEncoding.prefersQuotedPrintable(ofLength: output.count - bodyStart, to: scratch.count) {
            output.truncate(to: start)
            output.append(base64Header)
            Base64.encodeLines(scratch.bytes, into: &output)
        }
    }
}
