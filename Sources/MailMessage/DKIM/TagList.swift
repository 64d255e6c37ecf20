/// A list of `tag=value` pairs separated by semicolons (RFC 6376 §3.2): DKIM-Signature fields and key records.
struct TagList: Hashable, Sendable {
    private var values: [String: String] = [:]

    /// Reads a list; `nil` when a tag has no `=`, no name, or comes twice.
    ///
    /// White space around names and values, folded lines among it, does not count.
    init?(_ text: String) {
        let tags = text.split(separator: ";", omittingEmptySubsequences: false).map(Self.trimmed)
        for (index, tag) in tags.enumerated() {
            // The semicolon after the last tag may be left out.
            if tag.isEmpty, index == tags.count - 1 { continue }
            guard let equals = tag.firstIndex(of: "=") else { return nil }
            let name = Self.trimmed(tag[..<equals])
            guard !name.isEmpty, values.updateValue(Self.trimmed(tag[tag.index(after: equals)...]), forKey: name) == nil
            else { return nil }
        }
    }

    /// The value of a tag; `nil` when the list does not have it.
    subscript(name: String) -> String? { values[name] }

    /// The value of a tag without any white space in it, as base64 and lists are read.
    func compact(_ name: String) -> String? {
        values[name].map { value in String(value.filter { !$0.isWhitespace }) }
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var text = Substring(text)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
