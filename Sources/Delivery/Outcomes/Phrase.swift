/// A phrase to be looked for in texts: segments that follow each other with a gap between them.
///
/// A phrase matches whole words, whatever their letter case and the punctuation between them. A `*` at an end lets a
/// word go on there (`greylist*`), and `…` stands for up to 60 characters of the same sentence.
struct Phrase: Hashable, Sendable {
    struct Segment: Hashable, Sendable {
        var bytes: [UInt8]
        var startsInsideWord: Bool
        var endsInsideWord: Bool
    }

    /// As it stands in the list.
    let source: String
    let segments: [Segment]

    /// Reads a phrase of words.
    init(_ text: String) {
        source = text
        segments = text.split(separator: "…").map { part in
            let trimmed = part.split(separator: " ").joined(separator: " ")
            // Chinese and Japanese are written without spaces, and Korean words go on with endings: there is no edge to look at.
            let isSpaced = !trimmed.unicodeScalars.contains {
                (0x3040...0x9FFF).contains($0.value) || (0xAC00...0xD7A3).contains($0.value)
            }
            return Segment(
                bytes: FoldedText.folded(trimmed), startsInsideWord: trimmed.hasPrefix("*") || !isSpaced,
                endsInsideWord: trimmed.hasSuffix("*") || !isSpaced)
        }.filter { !$0.bytes.isEmpty }
    }

    /// The phrases that an entry of a list stands for: one, or one for each choice among words like `user/recipient`.
    static func all(in entry: String) -> [Phrase] {
        var texts = [""]
        for word in entry.split(separator: " ") {
            let choices = word.split(separator: "/")
            texts = texts.flatMap { text in choices.map { text.isEmpty ? String($0) : "\(text) \($0)" } }
        }
        return texts.map { Phrase($0) }
    }

    /// Makes a phrase of a host name or the path behind it, which is looked for as it is.
    init(host: String) {
        source = host
        segments = [Segment(bytes: Array(host.lowercased().utf8), startsInsideWord: true, endsInsideWord: true)]
    }
}
