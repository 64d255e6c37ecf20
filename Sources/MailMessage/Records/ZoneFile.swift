/// TXT records in the lines of a zone file (RFC 1035 §5), as `postrider dkim keygen` prints them and name servers take them.
///
/// Records of other types are passed over; `$ORIGIN` and names relative to it work, other directives do not.
public struct ZoneFile: TextRecords {
    private var texts: [String: [String]] = [:]

    /// Reads a zone file.
    /// - Throws: ``TextRecordsError`` with the line of a string that does not end.
    public init(parsing text: String) throws(TextRecordsError) {
        var origin = ""
        var owner = ""
        for entry in try Self.entries(of: text) {
            guard let first = entry.words.first else { continue }
            if first.text.uppercased() == "$ORIGIN" {
                if entry.words.count > 1 { origin = Self.absolute(entry.words[1].text, origin: origin) }
                continue
            }
            var words = entry.words[...]
            if !entry.isContinued {
                owner = Self.absolute(first.text, origin: origin)
                words = words.dropFirst()
            }
            // A time to live and a class may stand before the type, in either order.
            guard let type = words.firstIndex(where: { !$0.isQuoted && $0.text.uppercased() == "TXT" }) else {
                continue
            }
            let data = words[words.index(after: type)...]
            guard !data.isEmpty else { continue }
            texts[owner, default: []].append(data.map(\.text).joined())
        }
    }

    public func txt(_ name: String) -> [String] {
        texts[Self.absolute(name, origin: "")] ?? []
    }

    private struct Word {
        var text: String
        var isQuoted: Bool
    }

    private struct Entry {
        var words: [Word]
        /// Whether the line began with white space: it is about the same name as the one before.
        var isContinued: Bool
    }

    /// The entries: lines, joined where parentheses go over several.
    private static func entries(of text: String) throws(TextRecordsError) -> [Entry] {
        var entries: [Entry] = []
        var entry = Entry(words: [], isContinued: false)
        var word: String?
        var isAtStart = true
        var depth = 0
        var line = 1
        var characters = Array(text.unicodeScalars)[...]
        func endWord() {
            if let text = word { entry.words.append(Word(text: text, isQuoted: false)) }
            word = nil
        }
        while let scalar = characters.popFirst() {
            switch scalar {
            case "\"":
                endWord()
                entry.words.append(Word(text: try string(from: &characters, line: line), isQuoted: true))
            case ";":
                characters = characters.drop { $0 != "\n" }
            case "(":
                endWord()
                depth += 1
            case ")":
                endWord()
                depth = max(0, depth - 1)
            case "\n":
                endWord()
                line += 1
                if depth == 0 {
                    entries.append(entry)
                    entry = Entry(words: [], isContinued: false)
                    isAtStart = true
                    continue
                }
            case " ", "\t", "\r":
                endWord()
                if isAtStart, scalar != "\r" { entry.isContinued = true }
            default:
                word = (word ?? "") + String(scalar)
            }
            isAtStart = false
        }
        endWord()
        entries.append(entry)
        return entries
    }

    /// The rest of a quoted string.
    private static func string(
        from characters: inout ArraySlice<Unicode.Scalar>, line: Int
    ) throws(TextRecordsError) -> String {
        var text = String.UnicodeScalarView()
        while let scalar = characters.popFirst(), scalar != "\n" {
            if scalar == "\"" { return String(text) }
            if scalar == "\\", let escaped = characters.popFirst() { text.append(escaped) } else { text.append(scalar) }
        }
        throw TextRecordsError("line \(line): a string begins with a quotation mark and does not end")
    }

    /// A name in small letters with all its labels and without the last dot.
    private static func absolute(_ name: String, origin: String) -> String {
        let name = name.lowercased()
        if name.hasSuffix(".") { return String(name.dropLast()) }
        if name == "@" { return origin }
        return origin.isEmpty ? name : "\(name).\(origin)"
    }
}
