/// All phrases of all lists in one tree of bytes, so that one pass over a text finds every list that has a phrase in it.
///
/// The cost is that of walking down the tree from each word's start until no phrase goes on, whatever the number of lists.
struct PhraseIndex: Sendable {
    /// The most lists that an index may have: their numbers are the bits of a word.
    static let mostLists = 64

    /// A phrase that stands in a text.
    struct Hit: Hashable, Sendable {
        var list: Int
        var phrase: Int
        var range: Range<Int>
    }

    /// The lists that have a phrase in a text, and the first such phrase of each.
    struct Hits: Sendable {
        var lists: UInt64 = 0
        var first: [Hit] = []

        func contains(anyOf wanted: UInt64) -> Bool { lists & wanted != 0 }
    }

    private struct Entry {
        var list: Int
        var phrase: Int
        /// The next entry of the same node, counted from 1.
        var next: Int32
        /// Whether nothing more than the first segment is to be found, up to the end of a word or anywhere.
        var isWhole: Bool
        var endsInsideWord: Bool
    }

    private struct Node {
        var byte: UInt8
        var sibling: Int32 = 0
        var child: Int32 = 0
        /// The newest entry whose first segment ends here, counted from 1; 0 is none.
        var entry: Int32 = 0
    }

    private(set) var lists: [[Phrase]] = []
    private var entries: [Entry] = []
    private var nodes = [Node(byte: 0)]
    /// The first step, by byte: for phrases that begin at a word's start, and for those that may begin anywhere.
    private var wordRoots = [Int32](repeating: 0, count: 256)
    private var freeRoots = [Int32](repeating: 0, count: 256)

    init(_ lists: [[Phrase]]) {
        precondition(lists.count <= Self.mostLists, "an index has no more than \(Self.mostLists) lists")
        self.lists = lists
        for (list, phrases) in lists.enumerated() {
            for (phrase, content) in phrases.enumerated() where !content.segments.isEmpty {
                insert(content, list: list, phrase: phrase)
            }
        }
    }

    private mutating func insert(_ content: Phrase, list: Int, phrase: Int) {
        let segment = content.segments[0]
        let first = Int(segment.bytes[0])
        var node = segment.startsInsideWord ? freeRoots[first] : wordRoots[first]
        if node == 0 {
            node = append(segment.bytes[0])
            if segment.startsInsideWord { freeRoots[first] = node } else { wordRoots[first] = node }
        }
        for byte in segment.bytes.dropFirst() {
            node = child(of: node, byte) ?? addChild(of: node, byte)
        }
        entries.append(
            Entry(
                list: list, phrase: phrase, next: nodes[Int(node)].entry, isWhole: content.segments.count == 1,
                endsInsideWord: segment.endsInsideWord))
        nodes[Int(node)].entry = Int32(entries.count)
    }

    private mutating func append(_ byte: UInt8) -> Int32 {
        nodes.append(Node(byte: byte))
        return Int32(nodes.count - 1)
    }

    private mutating func addChild(of parent: Int32, _ byte: UInt8) -> Int32 {
        let new = append(byte)
        nodes[Int(new)].sibling = nodes[Int(parent)].child
        nodes[Int(parent)].child = new
        return new
    }

    private func child(of node: Int32, _ byte: UInt8) -> Int32? {
        var candidate = nodes[Int(node)].child
        while candidate != 0 {
            if nodes[Int(candidate)].byte == byte { return candidate }
            candidate = nodes[Int(candidate)].sibling
        }
        return nil
    }

    /// Finds the lists that have a phrase in the text.
    func search(_ bytes: [UInt8]) -> Hits {
        var hits = Hits()
        var isInWord = false
        for index in bytes.indices {
            let byte = bytes[index]
            let isWord = FoldedText.isWordByte(byte)
            if isWord, !isInWord { walk(bytes, from: index, wordRoots[Int(byte)], &hits) }
            isInWord = isWord
            if freeRoots[Int(byte)] != 0 { walk(bytes, from: index, freeRoots[Int(byte)], &hits) }
        }
        return hits
    }

    private func walk(_ bytes: [UInt8], from start: Int, _ root: Int32, _ hits: inout Hits) {
        var node = root
        var index = start + 1
        while node != 0 {
            var number = nodes[Int(node)].entry
            while number != 0 {
                let entry = entries[Int(number - 1)]
                number = entry.next
                let bit = UInt64(1) << UInt64(entry.list)
                guard hits.lists & bit == 0, let end = end(of: entry, in: bytes, afterFirst: index) else { continue }
                hits.lists |= bit
                hits.first.append(Hit(list: entry.list, phrase: entry.phrase, range: start..<end))
            }
            guard index < bytes.count, let next = child(of: node, bytes[index]) else { return }
            node = next
            index += 1
        }
    }

    private func end(of entry: Entry, in bytes: [UInt8], afterFirst end: Int) -> Int? {
        guard entry.endsInsideWord || end == bytes.count || !FoldedText.isWordByte(bytes[end]) else { return nil }
        return entry.isWhole ? end : lists[entry.list][entry.phrase].end(in: bytes, afterFirst: end)
    }
}
