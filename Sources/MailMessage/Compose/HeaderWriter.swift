/// Writes header fields: folded to 78 characters where they can be (RFC 5322 §2.1.1, §2.2.3), encoded where they must be.
///
/// All values are UTF-8 that ``HeaderText`` has cleaned.
enum HeaderWriter {
    private static let maximumLineLength = 78

    /// Appends an unstructured field such as Subject.
    static func appendUnstructured(
        _ name: StaticString, _ value: UnsafeBufferPointer<UInt8>, to output: inout ByteStore
    ) {
        output.append(name)
        output.append(": ")
        var column = name.utf8CodeUnitCount + 2
        if EncodedWord.isNeeded(for: value) {
            EncodedWord.encode(value, into: &output, column: &column)
        } else if column + value.count <= maximumLineLength {
            output.append(value)
        } else {
            fold(value, into: &output, column: &column)
        }
        output.append("\r\n")
    }

    /// Appends a field of URIs such as List-Unsubscribe: folded at its spaces, and what is not ASCII percent-encoded.
    static func appendURIs(_ name: StaticString, _ value: UnsafeBufferPointer<UInt8>, to output: inout ByteStore) {
        output.append(name)
        output.append(": ")
        var column = name.utf8CodeUnitCount + 2
        let digits = Array("0123456789ABCDEF".utf8)
        var ascii: [UInt8] = []
        for byte in value {
            if byte < 0x80 {
                ascii.append(byte)
            } else {
                ascii += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        ascii.withUnsafeBufferPointer { fold($0, into: &output, column: &column) }
        output.append("\r\n")
    }

    /// Appends a field of one mailbox such as From: `Name <address>`, or the address alone without a name.
    static func appendMailbox(
        _ name: StaticString, displayName: UnsafeBufferPointer<UInt8>, address: UnsafeBufferPointer<UInt8>,
        to output: inout ByteStore
    ) {
        output.append(name)
        var column = name.utf8CodeUnitCount + 2
        if displayName.isEmpty {
            // A lone address folds only before itself.
            output.append(column + address.count > maximumLineLength ? ":\r\n " : ": ")
            output.append(address)
            output.append("\r\n")
            return
        }
        output.append(": ")
        var limit = maximumLineLength
        if EncodedWord.isNeeded(for: displayName) {
            EncodedWord.encode(displayName, into: &output, column: &column)
            limit = EncodedWord.maximumLineLength
        } else if isPhraseOfAtoms(displayName) {
            fold(displayName, into: &output, column: &column)
        } else {
            quoted(displayName).withUnsafeBufferPointer { fold($0, into: &output, column: &column) }
        }
        output.append(column + address.count + 3 > limit ? "\r\n <" : " <")
        output.append(address)
        output.append(">\r\n")
    }

    /// Appends ASCII, with a line break before a space wherever the word after it would make the line too long.
    private static func fold(_ value: UnsafeBufferPointer<UInt8>, into output: inout ByteStore, column: inout Int) {
        var start = 0
        while start < value.count {
            // A word with all the spaces before it, so that no line is made of spaces alone.
            var end = start
            while end < value.count, value[end] == 0x20 { end += 1 }
            while end < value.count, value[end] != 0x20 { end += 1 }
            if start > 0, column + end - start > maximumLineLength {
                output.append("\r\n")
                column = 0
            }
            output.append(UnsafeBufferPointer(rebasing: value[start..<end]))
            column += end - start
            start = end
        }
    }

    /// Whether a display name may stand without quotes: atoms (RFC 5322 §3.2.3) with single spaces between them.
    private static func isPhraseOfAtoms(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        var previous: UInt8 = 0
        for byte in name {
            if !isAtomText(byte), byte != 0x20 || previous == 0x20 { return false }
            previous = byte
        }
        return true
    }

    static func isAtomText(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default:
            atomSpecials.contains(byte)
        }
    }

    private static let atomSpecials = Set("!#$%&'*+-/=?^_`{|}~".utf8)

    private static func quoted(_ name: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var quoted = [UInt8(ascii: "\"")]
        for byte in name {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { quoted.append(UInt8(ascii: "\\")) }
            quoted.append(byte)
        }
        quoted.append(UInt8(ascii: "\""))
        return quoted
    }
}
