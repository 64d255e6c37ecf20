internal import Crypto
internal import Delivery

/// Writes the DKIM-Signature fields of one message: the fields are put in canonical form once, for all keys.
struct DKIMSignatureWriter {
    private static let maximumLineLength = 76

    private let message: UnsafeBufferPointer<UInt8>
    private let fields: HeaderFields
    private let bodyHash: SHA256.Digest
    private let seconds: Int64

    init(_ message: UnsafeBufferPointer<UInt8>, fields: HeaderFields, bodyHash: SHA256.Digest, date: UnixTime) {
        self.message = message
        self.fields = fields
        self.bodyHash = bodyHash
        seconds = date.milliseconds / 1000
    }

    /// One field for each key, each with its CRLF; none of them signs another.
    func signatures(by signers: [DKIMSigner], scratch: inout ByteStore) throws -> [UInt8] {
        scratch.truncate(to: 0)
        var common = ByteStore(capacity: 512)
        appendNamesOfFields(to: &common, canonical: &scratch)
        var headerHash = SHA256()
        headerHash.update(bufferPointer: UnsafeRawBufferPointer(scratch.bytes))
        common.append(";\r\n bh=")
        bodyHash.withUnsafeBytes { Base64.encode($0.bindMemory(to: UInt8.self), into: &common) }
        common.append(";\r\n b=")

        var output = ByteStore(capacity: 1024)
        for signer in signers {
            let start = output.count
            output.append(signer.beginning)
            append(" d=\(signer.domain);", to: &output, from: start)
            append(" s=\(signer.selector);", to: &output, from: start)
            output.append("\r\n t=\(seconds); h=")
            output.append(common.bytes)
            // The field itself is signed with an empty b= and without its last CRLF (RFC 6376 §3.7).
            scratch.truncate(to: 0)
            let field = UnsafeBufferPointer(rebasing: output.bytes[start...])
            CanonicalHeader.appendRelaxed(field, colon: "DKIM-Signature".utf8.count, to: &scratch)
            var hash = headerHash
            hash.update(
                bufferPointer: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(scratch.bytes).dropLast(2)))
            let signature = try signer.key.signature(of: hash.finalize())
            scratch.truncate(to: 0)
            signature.withUnsafeBufferPointer { Base64.encode($0, into: &scratch) }
            appendFolded(scratch.bytes, to: &output)
        }
        return Array(output.bytes)
    }

    /// Appends a tag on the line that has begun, or on a new one if it is full.
    private func append(_ tag: String, to output: inout ByteStore, from start: Int) {
        var column = 0
        while column < output.count - start, output.base[output.count - 1 - column] != 0x0A { column += 1 }
        if column + tag.utf8.count > Self.maximumLineLength { output.append("\r\n") }
        output.append(tag)
    }

    /// Appends the list of `h=`, folded after colons, and the fields that it names in canonical form.
    private func appendNamesOfFields(to list: inout ByteStore, canonical: inout ByteStore) {
        var column = 20
        func add(_ name: [UInt8]) {
            if list.count > 0 {
                list.append(UInt8(ascii: ":"))
                column += 1
            }
            if column + name.count + 1 > Self.maximumLineLength {
                list.append("\r\n ")
                column = 1
            }
            list.append(name)
            column += name.count
        }
        for name in SignedFields.names {
            // Of several fields with one name the last counts first (RFC 6376 §5.4.2).
            for field in fields.fields.reversed() where SignedFields.matches(name.bytes, field, in: message) {
                add(name.bytes)
                CanonicalHeader.appendRelaxed(
                    UnsafeBufferPointer(rebasing: message[field.range]), colon: field.colon - field.range.lowerBound,
                    to: &canonical)
            }
            if name.isOverSigned { add(name.bytes) }
        }
    }

    /// Appends base64 in lines, the first of which has begun with ` b=`, and the CRLF of the field.
    private func appendFolded(_ text: UnsafeBufferPointer<UInt8>, to output: inout ByteStore) {
        var start = 0
        var room = Self.maximumLineLength - 3
        while start < text.count {
            let end = min(start + room, text.count)
            if start > 0 { output.append("\r\n ") }
            output.append(UnsafeBufferPointer(rebasing: text[start..<end]))
            start = end
            room = Self.maximumLineLength - 1
        }
        output.append("\r\n")
    }
}
