/// Takes out of a reply what is not said about this message: who relayed it, links, addresses, repeated codes.
enum ReplyCleaner {
    /// The text without boilerplate; the input is in lower case.
    static func clean(_ raw: [UInt8]) -> [UInt8] {
        var bytes = raw.map { $0 == 0x0A || $0 == 0x0D || $0 == 0x09 ? 0x20 : $0 }
        for (opening, closing) in boilerplate {
            remove(from: opening, through: closing, in: &bytes)
        }
        let words = spaced(bytes).split(separator: 0x20)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for word in words where !isNoise(word) {
            for part in withoutAddress(withoutMarkedParts(word)) {
                result.append(contentsOf: part)
                result.append(0x20)
            }
        }
        return joiningMailBox(result)
    }

    /// "mail box" and "mail-box" are a mailbox.
    private static func joiningMailBox(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for (index, byte) in bytes.enumerated() {
            let isBetween =
                (byte == 0x20 || byte == UInt8(ascii: "-")) && index >= 4
                && bytes[(index - 4)..<index].elementsEqual("mail".utf8)
                && bytes[(index + 1)...].starts(with: "box".utf8)
                && (index == 4 || !FoldedText.isWordByte(bytes[index - 5]))
            if !isBetween { result.append(byte) }
        }
        return result
    }

    /// With spaces between the words of scripts that write none and what else stands there, such as an address.
    private static func spaced(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(where: { $0 >= 0xE3 }) else { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + bytes.count / 8)
        for byte in bytes {
            // From U+3000 on a character begins with one of these bytes, and all its others are below 0xC0.
            if let last = result.last, (byte >= 0xE3 && last < 0x80) || (byte < 0x80 && last >= 0x80 && byte != 0x20) {
                result.append(0x20)
            }
            result.append(byte)
        }
        return result
    }

    /// Phrases of relaying servers, from the first text to the nearest second one.
    private static let boilerplate: [(opening: String, closing: String)] = [
        ("host ", " said:"), ("(in reply to ", "command)"), ("smtp error from remote mail", ":"),
        ("smtp error from remote host", ":"), ("remote host said", ":"), ("giving up on ", "."),
        ("after rcpt to:<", ">:"),
        ("after mail from:<", ">:"),
    ]

    private static func remove(from opening: String, through closing: String, in bytes: inout [UInt8]) {
        guard
            let start = bytes.firstRange(of: opening.utf8, from: 0),
            let end = bytes.firstRange(of: closing.utf8, from: start.upperBound),
            end.lowerBound - start.upperBound < 160
        else { return }
        bytes.replaceSubrange(start.lowerBound..<end.upperBound, with: [0x20])
    }

    /// What stands before and behind an address without a space between: `not found:ann@example.net`.
    private static func withoutAddress(_ word: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        guard let at = word.firstIndex(of: UInt8(ascii: "@")) else { return [word] }
        let start = word[..<at].lastIndex(where: isBesideAddress) ?? word.startIndex
        let end = word[at...].firstIndex(where: isBesideAddress) ?? word.endIndex
        // Another address behind it: nothing but addresses stands there.
        return word[end...].contains(UInt8(ascii: "@")) ? [word[..<start]] : [word[..<start], word[end...]]
    }

    private static func isBesideAddress(_ byte: UInt8) -> Bool { ":<>()[],;\"'".utf8.contains(byte) }

    /// Links, bracketed IP addresses, and codes repeated in the middle of a folded reply.
    private static func isNoise(_ word: ArraySlice<UInt8>) -> Bool {
        if word.firstRange(of: "://".utf8, from: word.startIndex) != nil || word.starts(with: "www.".utf8) {
            return true
        }
        return isBracketedIP(word) || isRepeatedCode(word)
    }

    private static func isBracketedIP(_ word: ArraySlice<UInt8>) -> Bool {
        guard let opening = word.firstIndex(of: UInt8(ascii: "[")) else { return false }
        let inside = word[(opening + 1)...].prefix { $0 != UInt8(ascii: "]") }
        return inside.count >= 4
            && inside.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x66).contains($0) || $0 == UInt8(ascii: ".")
                    || $0 == UInt8(ascii: ":")
            }
    }

    /// `550-5.1.1` and `5.1.1`, as they stand where a reply of several lines was folded.
    private static func isRepeatedCode(_ word: ArraySlice<UInt8>) -> Bool {
        guard let first = word.first, first < 0x40, word.count >= 5 else { return false }
        let head = ReplyHead(Substring(decoding: word, as: UTF8.self))
        return head.status != nil && head.rest.isEmpty
    }

    /// A word without a leading `550-` of a folded reply.
    private static func withoutMarkedParts(_ word: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard word.count > 4, word[word.startIndex + 3] == UInt8(ascii: "-"),
            word.prefix(3).allSatisfy({ (0x30...0x39).contains($0) })
        else { return word }
        return word.dropFirst(4)
    }
}

extension RandomAccessCollection<UInt8> where Index == Int {
    /// Where the bytes first stand at or after an index.
    func firstRange(of needle: String.UTF8View, from start: Int) -> Range<Int>? {
        let count = needle.count
        guard count > 0, let first = needle.first, start + count <= endIndex else { return nil }
        for index in start...(endIndex - count)
        where self[index] == first && self[index..<(index + count)].elementsEqual(needle) {
            return index..<(index + count)
        }
        return nil
    }
}
