/// Names as this target compares them: in lower case, without a dot at the end.
enum DNSName {
    /// The comparable form; `nil` for what no name can be: too long, an empty label, white space or a slash in it.
    static func canonical(_ text: String) -> String? {
        var text = text.lowercased()
        if text.hasSuffix(".") { text.removeLast() }
        guard !text.isEmpty, text.utf8.count <= 253 else { return nil }
        for label in text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            guard (1...63).contains(label.count), label.allSatisfy(isAllowed) else { return nil }
        }
        return text
    }

    /// Printable ASCII but for what has a meaning in paths, patterns and messages; mail domains have A-labels.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
