/// A list of phrases to be looked for in a prepared text.
///
/// A phrase matches whole words, whatever their letter case and the punctuation between them. A `*` at an end lets a
/// word go on there (`greylist*`), and `…` stands for up to 60 characters of the same sentence.
struct Phrases: Sendable, ExpressibleByArrayLiteral {
    private let phrases: [Phrase]
    /// The keys of the phrases' first words, apart from them so that most phrases are passed over without a look;
    /// `nil` for a phrase that may begin inside a word.
    private let keys: [UInt16?]

    init(arrayLiteral phrases: String...) {
        self.init(phrases.map(Phrase.init))
    }

    private init(_ phrases: [Phrase]) {
        self.phrases = phrases
        keys = phrases.map(\.key)
    }

    static func + (left: Self, right: Self) -> Self { Self(left.phrases + right.phrases) }

    /// Whether one of the phrases stands in the text.
    func occur(in text: FoldedText) -> Bool {
        for index in keys.indices {
            if let key = keys[index], !text.mayHaveWord(startingWith: key) { continue }
            if phrases[index].occurs(in: text) { return true }
        }
        return false
    }
}

/// One phrase: segments that follow each other with a gap between them.
private struct Phrase: Sendable {
    private struct Segment: Sendable {
        var bytes: [UInt8]
        var startsInsideWord: Bool
        var endsInsideWord: Bool
    }

    private static let longestGap = 60

    private let segments: [Segment]
    let key: UInt16?

    init(_ text: String) {
        segments = text.split(separator: "…").map { part in
            let trimmed = part.split(separator: " ").joined(separator: " ")
            return Segment(
                bytes: FoldedText.folded(trimmed), startsInsideWord: trimmed.hasPrefix("*"),
                endsInsideWord: trimmed.hasSuffix("*"))
        }
        if let first = segments.first, !first.startsInsideWord, first.bytes.count >= 3 || !first.endsInsideWord {
            key = FoldedText.key(first.bytes[...])
        } else {
            key = nil
        }
    }

    func occurs(in text: FoldedText) -> Bool {
        guard let first = segments.first else { return false }
        if first.startsInsideWord {
            return text.bytes.indices.contains { matches(text.bytes, at: $0) }
        }
        return text.wordStarts.contains { matches(text.bytes, at: $0) }
    }

    private func matches(_ bytes: [UInt8], at start: Int) -> Bool {
        guard var position = end(of: segments[0], in: bytes, at: start) else { return false }
        for segment in segments.dropFirst() {
            let limit = min(position + Self.longestGap, bytes.count)
            var found: Int?
            for candidate in position..<max(limit, position) {
                if bytes[candidate] == UInt8(ascii: "."), candidate + 1 < bytes.count, bytes[candidate + 1] == 0x20 {
                    break
                }
                guard
                    segment.startsInsideWord || candidate == 0 || !FoldedText.isWordByte(bytes[candidate - 1]),
                    let end = end(of: segment, in: bytes, at: candidate)
                else { continue }
                found = end
                break
            }
            guard let found else { return false }
            position = found
        }
        return true
    }

    /// The offset behind the segment if it stands at `start`.
    private func end(of segment: Segment, in bytes: [UInt8], at start: Int) -> Int? {
        let end = start + segment.bytes.count
        guard end <= bytes.count else { return nil }
        for offset in segment.bytes.indices where bytes[start + offset] != segment.bytes[offset] { return nil }
        guard segment.endsInsideWord || end == bytes.count || !FoldedText.isWordByte(bytes[end]) else { return nil }
        return end
    }
}
