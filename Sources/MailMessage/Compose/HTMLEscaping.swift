import Mustache

/// HTML escaping by bytes: `&`, `<`, `>`, `"` and `'`, whatever follows them.
///
/// The Mustache library's own escaping goes by characters, so that a quote followed by a combining mark, which is one
/// character together with it, would pass unescaped and end an attribute.
struct HTMLEscaping: MustacheContentType {
    /// The name under which templates ask for it.
    static let contentTypeName = "POSTRIDER-HTML"

    /// Makes the escaping known to the Mustache library, once.
    static let registered: Void = MustacheContentTypes.register(HTMLEscaping(), named: contentTypeName)

    func escapeText(_ text: String) -> String {
        guard text.utf8.contains(where: { Self.entity(of: $0) != nil }) else { return text }
        var escaped: [UInt8] = []
        escaped.reserveCapacity(text.utf8.count + 32)
        for byte in text.utf8 {
            if let entity = Self.entity(of: byte) {
                escaped.append(
                    contentsOf: UnsafeBufferPointer(start: entity.utf8Start, count: entity.utf8CodeUnitCount))
            } else {
                escaped.append(byte)
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }

    /// What `byte` is replaced by, or `nil` when it may stay.
    @inline(__always)
    static func entity(of byte: UInt8) -> StaticString? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }

    /// The length of the longest entity.
    static let maximumEntityLength = 6
}
