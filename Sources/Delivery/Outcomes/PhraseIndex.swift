/// All phrases of all lists in one tree of bytes, so that one pass over a text finds every list that has a phrase in it.
///
/// The cost is that of walking down the tree from each word's start until no phrase goes on, whatever the number of lists.
/// Behind a segment that a gap may follow hangs a tree of the segments that may come next.
struct PhraseIndex: Sendable {
    /// The most lists that an index may have: their numbers are the bits of a word.
    static let mostLists = 64

    /// How many bytes a `…` may stand for.
    private static let longestGap = 60

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
        var endsInsideWord: Bool
        /// The next entry of the same node, counted from 1.
        var next: Int32
    }

    private struct Node {
        var byte: UInt8
        var sibling: Int32 = 0
        var child: Int32 = 0
        /// The newest entry of a phrase that ends here, counted from 1; 0 is none.
        var entry: Int32 = 0
        /// The junctions behind a segment that ends here, at a word's end or anywhere; 0 is none.
        var gap: Int32 = 0
        var looseGap: Int32 = 0
    }

    /// Where segments begin: a tree of those that begin at a word's start, and one of those that may begin anywhere.
    private struct Junction {
        var wordRoot: Int32
        var freeRoot: Int32
    }

    let lists: [[Phrase]]
    private var entries: [Entry] = []
    /// The first node is nobody's: 0 means none.
    private var nodes = [Node(byte: 0)]
    /// The first junction is that of phrases' beginnings.
    private var junctions: [Junction] = []
    /// The first step from there, by byte.
    private var wordRoots = [Int32](repeating: 0, count: 256)
    private var freeRoots = [Int32](repeating: 0, count: 256)

    init(_ lists: [[Phrase]]) {
        precondition(lists.count <= Self.mostLists, "an index has no more than \(Self.mostLists) lists")
        self.lists = lists
        _ = addJunction()
        for (list, phrases) in lists.enumerated() {
            for (phrase, content) in phrases.enumerated() { insert(content.segments, list: list, phrase: phrase) }
        }
        for byte in UInt8.min...UInt8.max {
            wordRoots[Int(byte)] = child(of: junctions[0].wordRoot, byte)
            freeRoots[Int(byte)] = child(of: junctions[0].freeRoot, byte)
        }
    }

    // MARK: Building

    private mutating func insert(_ segments: [Phrase.Segment], list: Int, phrase: Int) {
        var junction = 0
        for (number, segment) in segments.enumerated() {
            var node = segment.startsInsideWord ? junctions[junction].freeRoot : junctions[junction].wordRoot
            for byte in segment.bytes {
                let next = child(of: node, byte)
                node = next != 0 ? next : addChild(of: node, byte)
            }
            if number == segments.count - 1 {
                entries.append(
                    Entry(
                        list: list, phrase: phrase, endsInsideWord: segment.endsInsideWord,
                        next: nodes[Int(node)].entry))
                nodes[Int(node)].entry = Int32(entries.count)
            } else {
                junction = Int(gap(behind: node, isLoose: segment.endsInsideWord))
            }
        }
    }

    private mutating func gap(behind node: Int32, isLoose: Bool) -> Int32 {
        let known = isLoose ? nodes[Int(node)].looseGap : nodes[Int(node)].gap
        guard known == 0 else { return known }
        let new = addJunction()
        if isLoose { nodes[Int(node)].looseGap = new } else { nodes[Int(node)].gap = new }
        return new
    }

    private mutating func addJunction() -> Int32 {
        junctions.append(Junction(wordRoot: addNode(0), freeRoot: addNode(0)))
        return Int32(junctions.count - 1)
    }

    private mutating func addNode(_ byte: UInt8) -> Int32 {
        nodes.append(Node(byte: byte))
        return Int32(nodes.count - 1)
    }

    private mutating func addChild(of parent: Int32, _ byte: UInt8) -> Int32 {
        let new = addNode(byte)
        nodes[Int(new)].sibling = nodes[Int(parent)].child
        nodes[Int(parent)].child = new
        return new
    }

    // MARK: Searching

    /// Finds the lists that have a phrase in the text.
    func search(_ bytes: [UInt8]) -> Hits {
        // Counted references and checked indices of the tree would cost as much as the search itself.
        nodes.withUnsafeBufferPointer { nodes in
            bytes.withUnsafeBufferPointer { bytes in
                var search = Search(nodes: nodes, entries: entries, junctions: junctions, bytes: bytes)
                var isInWord = false
                for index in bytes.indices {
                    let byte = bytes[index]
                    let isWord = FoldedText.isWordByte(byte)
                    if isWord, !isInWord { search.walk(at: index, wordRoots[Int(byte)], from: index) }
                    isInWord = isWord
                    if freeRoots[Int(byte)] != 0 { search.walk(at: index, freeRoots[Int(byte)], from: index) }
                }
                return search.hits
            }
        }
    }

    private func child(of node: Int32, _ byte: UInt8) -> Int32 {
        var candidate = nodes[Int(node)].child
        while candidate != 0, nodes[Int(candidate)].byte != byte { candidate = nodes[Int(candidate)].sibling }
        return candidate
    }

    /// One search: the tree, the text, and what was found.
    private struct Search {
        let nodes: UnsafeBufferPointer<Node>
        let entries: [Entry]
        let junctions: [Junction]
        let bytes: UnsafeBufferPointer<UInt8>
        var hits = Hits()

        private func child(of node: Int32, _ byte: UInt8) -> Int32 {
            var candidate = nodes[Int(node)].child
            while candidate != 0, nodes[Int(candidate)].byte != byte { candidate = nodes[Int(candidate)].sibling }
            return candidate
        }

        /// Goes on from a node whose byte stands at an index, for phrases that began at `start`.
        mutating func walk(at index: Int, _ first: Int32, from start: Int) {
            var node = first
            var index = index + 1
            while node != 0 {
                let current = nodes[Int(node)]
                let isEdge = index >= bytes.count || !FoldedText.isWordByte(bytes[index])
                var number = current.entry
                while number != 0 {
                    let entry = entries[Int(number - 1)]
                    number = entry.next
                    let bit = UInt64(1) << UInt64(entry.list)
                    guard hits.lists & bit == 0, isEdge || entry.endsInsideWord else { continue }
                    hits.lists |= bit
                    hits.first.append(Hit(list: entry.list, phrase: entry.phrase, range: start..<index))
                }
                if isEdge, current.gap != 0 { cross(at: index, current.gap, from: start) }
                if current.looseGap != 0 { cross(at: index, current.looseGap, from: start) }
                guard index < bytes.count else { return }
                node = child(of: node, bytes[index])
                index += 1
            }
        }

        /// Looks for the segments behind a gap that begins at an index: within its length, and within the sentence.
        private mutating func cross(at index: Int, _ junction: Int32, from start: Int) {
            let roots = junctions[Int(junction)]
            let hasFree = nodes[Int(roots.freeRoot)].child != 0
            for candidate in index..<min(index + longestGap, bytes.count) {
                let byte = bytes[candidate]
                if byte == UInt8(ascii: "."), candidate + 1 < bytes.count, bytes[candidate + 1] == 0x20 { return }
                guard FoldedText.isWordByte(byte) else { continue }
                if candidate == 0 || !FoldedText.isWordByte(bytes[candidate - 1]) {
                    walk(at: candidate, child(of: roots.wordRoot, byte), from: start)
                }
                if hasFree { walk(at: candidate, child(of: roots.freeRoot, byte), from: start) }
            }
        }
    }
}
