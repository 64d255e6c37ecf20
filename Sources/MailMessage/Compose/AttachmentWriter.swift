/// Writes files as parts of a message.
enum AttachmentWriter {
    private static let maximumLineLength = 76

    /// Appends the part: header, empty line, base64.
    static func append(_ file: MessageAttachment, contentID: String?, to output: inout ByteStore) {
        output.append("Content-Type: \(file.type)\r\nContent-Transfer-Encoding: base64\r\n")
        output.append("Content-Disposition: \(file.isInline ? "inline" : "attachment")")
        appendParameter("filename", file.name, to: &output)
        output.append("\r\n")
        if let contentID { output.append("Content-ID: <\(contentID)>\r\n") }
        output.append("\r\n")
        Array(file.content).withUnsafeBufferPointer { Base64.encodeLines($0, into: &output) }
    }

    /// Appends a parameter on a line of its own: quoted if it is short and ASCII, else in the form of RFC 2231 §3 and §4.
    static func appendParameter(_ name: String, _ value: String, to output: inout ByteStore) {
        if value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), value.utf8.count < 60 {
            let quoted = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            output.append(";\r\n \(name)=\"\(quoted)\"")
            return
        }
        var pieces = [""]
        for scalar in value.unicodeScalars {
            // No character is split between two pieces: some readers decode each by itself.
            let encoded = String(scalar).utf8.map(encoded).joined()
            let room = maximumLineLength - name.utf8.count - 10 - (pieces.count == 1 ? 7 : 0)
            if pieces[pieces.count - 1].utf8.count + encoded.utf8.count > room { pieces.append("") }
            pieces[pieces.count - 1] += encoded
        }
        guard pieces.count > 1 else {
            output.append(";\r\n \(name)*=UTF-8''\(pieces[0])")
            return
        }
        for (index, piece) in pieces.enumerated() {
            output.append(";\r\n \(name)*\(index)*=\(index == 0 ? "UTF-8''" : "")\(piece)")
        }
    }

    private static func encoded(_ byte: UInt8) -> String {
        let isPlain = HeaderAddress.isLetterOrDigit(byte) || "-._".utf8.contains(byte)
        if isPlain { return String(decoding: [byte], as: UTF8.self) }
        let digits = String(byte, radix: 16, uppercase: true)
        return "%" + (digits.count == 1 ? "0" : "") + digits
    }
}
