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

    private static let longestGap = 60

    /// As it stands in the list.
    let source: String
    let segments: [Segment]

    /// Reads a phrase of words.
    init(_ text: String) {
        source = text
        segments = text.split(separator: "…").map { part in
            let trimmed = part.split(separator: " ").joined(separator: " ")
            // Chinese and Japanese are written without spaces: there is no edge of a word to look at.
            let isSpaced = !trimmed.unicodeScalars.contains { (0x3040...0x9FFF).contains($0.value) }
            return Segment(
                bytes: FoldedText.folded(trimmed), startsInsideWord: trimmed.hasPrefix("*") || !isSpaced,
                endsInsideWord: trimmed.hasSuffix("*") || !isSpaced)
        }.filter { !$0.bytes.isEmpty }
    }

    /// Makes a phrase of a host name or the path behind it, which is looked for as it is.
    init(host: String) {
        source = host
        segments = [Segment(bytes: Array(host.lowercased().utf8), startsInsideWord: true, endsInsideWord: true)]
    }

    /// Where the phrase ends, if what is behind its first segment follows the place where that ends.
    func end(in bytes: [UInt8], afterFirst end: Int) -> Int? {
        var position = end
        for segment in segments.dropFirst() {
            guard let found = Self.find(segment, in: bytes, from: position) else { return nil }
            position = found
        }
        return position
    }

    /// The end of the nearest place of a segment within the gap and the sentence.
    private static func find(_ segment: Segment, in bytes: [UInt8], from start: Int) -> Int? {
        for candidate in start..<max(start, min(start + longestGap, bytes.count)) {
            if bytes[candidate] == UInt8(ascii: "."), candidate + 1 < bytes.count, bytes[candidate + 1] == 0x20 {
                return nil
            }
            let end = candidate + segment.bytes.count
            if end <= bytes.count, bytes[candidate] == segment.bytes[0],
                bytes[candidate..<end].elementsEqual(segment.bytes),
                segment.startsInsideWord || candidate == 0 || !FoldedText.isWordByte(bytes[candidate - 1]),
                segment.endsInsideWord || isEdge(bytes, end)
            {
                return end
            }
        }
        return nil
    }

    private static func isEdge(_ bytes: [UInt8], _ end: Int) -> Bool {
        end >= bytes.count || !FoldedText.isWordByte(bytes[end])
    }
}
