internal import Crypto
public import Delivery

/// Signs the messages of one mailing with one or more keys (RFC 6376, RFC 8463).
///
/// The beginning of the body that all messages share is hashed once; where the whole body is the same, all of it.
public struct MessageSigner: Sendable {
    /// The most beginnings that are kept; a message has more only if its template has many conditions.
    private static let prefixLimit = 64

    private enum Beginning {
        case part(RelaxedBodyHash, length: Int)
        case whole(SHA256.Digest)
    }

    public let signers: [DKIMSigner]
    private var beginnings: [Int: Beginning] = [:]

    public init(_ signers: [DKIMSigner]) {
        self.signers = signers
    }

    /// Makes the DKIM-Signature fields of a message, to be put before it.
    ///
    /// - Parameters:
    ///   - message: The message in `buffer`, as ``CompiledMessage`` has just rendered it.
    ///   - date: The time of the signatures.
    /// - Returns: One field for each key, each with its CRLF.
    public mutating func signatures(
        of message: RenderedMessage, in buffer: inout MessageBuffer, date: UnixTime
    ) throws -> [UInt8] {
        let bytes = UnsafeBufferPointer(rebasing: buffer.output.bytes[message.range])
        let fields = HeaderFields(bytes)
        let bodyHash = bodyHash(of: bytes, from: fields.bodyStart, message.body, scratch: &buffer.scratch)
        return try DKIMSignatureWriter(bytes, fields: fields, bodyHash: bodyHash, date: date)
            .signatures(by: signers, scratch: &buffer.scratch)
    }

    /// Makes the DKIM-Signature fields of any message with CRLF line ends.
    public static func signatures(of message: [UInt8], by signers: [DKIMSigner], date: UnixTime) throws -> [UInt8] {
        var scratch = ByteStore(capacity: message.count)
        return try message.withUnsafeBufferPointer { bytes in
            let fields = HeaderFields(bytes)
            var hash = RelaxedBodyHash()
            hash.update(UnsafeBufferPointer(rebasing: bytes[fields.bodyStart...]), scratch: &scratch)
            return try DKIMSignatureWriter(bytes, fields: fields, bodyHash: hash.finalize(), date: date)
                .signatures(by: signers, scratch: &scratch)
        }
    }

    private mutating func bodyHash(
        of bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ layout: BodyLayout, scratch: inout ByteStore
    ) -> SHA256.Digest {
        func piece(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: bytes[range]) }
        // A template that is constant as a whole has no end of its constant part.
        let constantEnd = layout.constantEnd ?? bytes.count
        switch beginnings[layout.form] {
        case .whole(let hash):
            return hash
        case .part(var hash, let length):
            hash.update(piece(start + length..<bytes.count), scratch: &scratch)
            return hash.finalize()
        case nil:
            var hash = RelaxedBodyHash()
            hash.update(piece(start..<max(start, constantEnd)), scratch: &scratch)
            let beginning = hash
            hash.update(piece(max(start, constantEnd)..<bytes.count), scratch: &scratch)
            let digest = hash.finalize()
            if beginnings.count < Self.prefixLimit {
                beginnings[layout.form] =
                    layout.constantEnd == nil
                    ? .whole(digest) : .part(beginning, length: max(0, constantEnd - start))
            }
            return digest
        }
    }
}
