/// A message or a part of one (RFC 2045 §2.4): its header and, in a multipart body, the parts.
///
/// The tree holds places in one byte buffer; bodies are decoded when they are asked for. A message within the message is one
/// part, whose own parts are not looked at: a report that was returned is not a report to us.
struct MIMEEntity: Sendable {
    let header: MIMEHeader
    let contentType: ContentType
    /// The body as it came.
    let body: Bytes
    private(set) var parts: [MIMEEntity] = []
    private let limits: ParseLimits

    /// Reads a message.
    init(reading bytes: Bytes, limits: ParseLimits = .standard) {
        var partsLeft = limits.parts
        self.init(
            bytes.prefix(limits.messageBytes), depth: 0, untyped: .plainText, partsLeft: &partsLeft, limits: limits)
    }

    private init(_ bytes: Bytes, depth: Int, untyped: ContentType, partsLeft: inout Int, limits: ParseLimits) {
        self.limits = limits
        header = MIMEHeader(reading: bytes, mayBeEmpty: depth > 0, limits: limits)
        body = bytes[header.bodyStart...]
        let declared = header.unfolded("content-type").map(ContentType.init(reading:)) ?? untyped
        guard declared.isMultipart, depth < limits.depth else {
            contentType = declared.isMultipart ? .plainText : declared
            return
        }
        let pieces = MultipartSplitter.parts(of: body, boundary: declared.boundary, atMost: partsLeft)
        partsLeft -= pieces.count
        // Where the boundary never comes, the body is what people see of it: text.
        contentType = pieces.isEmpty ? .plainText : declared
        let untyped = declared.subtype == "digest" ? ContentType.message : .plainText
        for piece in pieces {
            parts.append(
                MIMEEntity(piece, depth: depth + 1, untyped: untyped, partsLeft: &partsLeft, limits: limits))
        }
    }

    /// The body with its transfer encoding undone.
    var decodedBody: Bytes {
        let encoding = header.unfolded("content-transfer-encoding") ?? []
        if let decoded = TransferDecoder.decoded(body, encoding: encoding, limit: limits.decodedBytes) {
            return decoded[...]
        }
        return body.prefix(limits.decodedBytes)
    }

    /// The body as text in UTF-8.
    var text: Bytes {
        CharsetDecoder.utf8(decodedBody, charset: contentType.parameter("charset"))
    }

    /// Whether its sender meant it to be saved rather than read.
    var isAttachment: Bool { header.unfolded("content-disposition")?.hasPrefix("attachment") ?? false }

    /// The parts that hold no other parts, in order.
    var leaves: [MIMEEntity] {
        parts.isEmpty ? [self] : parts.flatMap(\.leaves)
    }
}
