/// HTML escaping by bytes: `&`, `<`, `>`, `"` and `'`, whatever stands around them.
///
/// Escaping that goes by characters, as the Mustache library's own does, lets a quote pass that is one character together with a
/// combining mark behind it or a prepended sign before it, and with it the end of an attribute or the beginning of a tag.
package enum HTMLText {
    /// The text with entities where its bytes would be markup.
    package static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { entity(of: $0) != nil }) else { return text }
        var escaped: [UInt8] = []
        escaped.reserveCapacity(text.utf8.count + 32)
        for byte in text.utf8 {
            if let entity = entity(of: byte) {
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
