/// Phrases that are looked for in a line, whatever the case of its letters; a phrase begins at the beginning of a word.
///
/// A line is gone through once, however many phrases there are: they are sorted by their first byte. Chinese, Japanese and Korean are
/// found anywhere, since they write no spaces.
struct WordSet: Sendable, ExpressibleByArrayLiteral {
    private let phrases: [[UInt8]]
    /// For each first byte, which phrases begin with it.
    private let byFirstByte: [[Int]]

    /// Phrases in lower case, with single spaces; a space also stands for several, or for a tab.
    init(arrayLiteral phrases: String...) {
        self.phrases = phrases.map { Array($0.utf8) }
        var byFirstByte = [[Int]](repeating: [], count: 256)
        for (index, phrase) in self.phrases.enumerated() {
            if let first = phrase.first { byFirstByte[Int(first)].append(index) }
        }
        self.byFirstByte = byFirstByte
    }

    /// Whether one of the phrases stands in the text.
    func occurs(in text: Bytes) -> Bool { firstRange(in: text) != nil }

    /// Where the first of the phrases stands.
    func firstRange(in text: Bytes) -> Range<Int>? {
        text.contains { $0 >= 0x80 } ? search(Self.lowercased(text)) : search(text)
    }

    private func search(_ text: Bytes) -> Range<Int>? {
        var previous: UInt8 = ASCII.space
        for index in text.indices {
            let byte = ASCII.lowercase(text[index])
            defer { previous = byte }
            let candidates = byFirstByte[Int(byte)]
            if candidates.isEmpty || ASCII.isWordByte(previous) && ASCII.isWordByte(byte) && byte < 0x80 { continue }
            for candidate in candidates {
                if let end = Self.end(of: phrases[candidate], in: text, at: index) { return index..<end }
            }
        }
        return nil
    }

    /// Latin and Cyrillic letters of UTF-8 in lower case; every byte stays in its place.
    private static func lowercased(_ text: Bytes) -> Bytes {
        var text = text
        for index in text.indices.dropLast() {
            switch (text[index], text[index + 1]) {
            case (0xC3, 0x80...0x9E): text[index + 1] |= 0x20
            case (0xD0, 0x90...0x9F): text[index + 1] += 0x20
            case (0xD0, 0xA0...0xAF):
                text[index] = 0xD1
                text[index + 1] -= 0x20
            default: break
            }
        }
        return text
    }

    private static func end(of phrase: [UInt8], in text: Bytes, at start: Int) -> Int? {
        var index = start
        for wanted in phrase {
            guard index < text.endIndex else { return nil }
            if wanted == ASCII.space {
                guard ASCII.isWhiteSpace(text[index]) else { return nil }
                while index < text.endIndex, ASCII.isWhiteSpace(text[index]) { index += 1 }
            } else {
                guard ASCII.lowercase(text[index]) == wanted else { return nil }
                index += 1
            }
        }
        return index
    }
}
