internal import Delivery

/// Finds email addresses in lines that people are meant to read.
enum AddressFinder {
    /// An address and where it stands, without the brackets or quotes round it.
    struct Match: Sendable {
        var range: Range<Int>
        var address: String
    }

    /// The addresses of a line, in order.
    ///
    /// It is more lenient than RFC 5321 (phones in Japan have addresses with two dots in a row), and never takes what stands in a
    /// link.
    /// - Parameter mayFollowCode: whether a line may be one of a reply, in which the code stands right before an address.
    static func addresses(in line: Bytes, atMost limit: Int = 16, mayFollowCode: Bool = false) -> [Match] {
        var matches: [Match] = []
        var from = line.startIndex
        while matches.count < limit, let at = line.firstIndex(of: UInt8(ascii: "@"), from: from) {
            from = at + 1
            let free = matches.last?.range.upperBound ?? line.startIndex
            guard let whole = range(in: line, around: at, notBefore: free) else { continue }
            let range = mayFollowCode ? withoutCode(whole, in: line) : whole
            from = max(from, range.upperBound)
            matches.append(Match(range: range, address: line[range].text))
        }
        return matches
    }

    /// The one address of a field such as Final-Recipient or X-Failed-Recipients, with or without brackets.
    static func address(of value: Bytes) -> String? {
        addresses(in: value, atMost: 1).first?.address
    }

    /// A reply of several lines begins with the address: `550-ann@example.net is unknown`.
    private static func withoutCode(_ range: Range<Int>, in line: Bytes) -> Range<Int> {
        let start = range.lowerBound
        guard range.count > 5, line[start] == UInt8(ascii: "4") || line[start] == UInt8(ascii: "5"),
            line[(start + 1)...(start + 2)].allSatisfy(ASCII.isDigit), line[start + 3] == UInt8(ascii: "-"),
            ASCII.isLetter(line[start + 4])
        else { return range }
        return (start + 4)..<range.upperBound
    }

    private static func range(in line: Bytes, around at: Int, notBefore free: Int) -> Range<Int>? {
        guard at > free, let start = start(in: line[free...], before: at) else { return nil }
        var end = at + 1
        if end < line.endIndex, line[end] == UInt8(ascii: "[") {
            guard let close = line.firstIndex(of: UInt8(ascii: "]"), from: end), close - end < 64 else { return nil }
            return start..<(close + 1)
        }
        while end < line.endIndex, isDomainByte(line[end]) {
            // Two dots end it: sendmail writes `user@example.org... User unknown`.
            if line[end] == UInt8(ascii: "."),
                end + 1 >= line.endIndex || !isDomainByte(line[end + 1]) || line[end + 1] == UInt8(ascii: ".")
            {
                break
            }
            let script = Script(of: line, at: end)
            if script == .sign || script == .unspaced && ASCII.isWordByte(line[end - 1]) && line[end - 1] < 0x80 {
                break
            }
            end += 1
        }
        while end > at + 1, line[end - 1] == UInt8(ascii: "-") { end -= 1 }
        let isBracketed = start > line.startIndex && line[start - 1] == UInt8(ascii: "<")
        guard end > at + 1, end - start <= 320, isBracketed || line[(at + 1)..<end].contains(UInt8(ascii: ".")) else {
            return nil
        }
        return start..<end
    }

    /// Where the local part before an at sign begins.
    private static func start(in line: Bytes, before at: Int) -> Int? {
        var start = at
        if start > line.startIndex, line[start - 1] == UInt8(ascii: "\"") {
            // A quoted local part: back to the quote that opens it.
            guard let open = line[..<(start - 1)].lastIndex(of: UInt8(ascii: "\"")) else { return nil }
            return open
        }
        while start > line.startIndex, isLocalByte(line[start - 1]) {
            var character = start - 1
            while character > line.startIndex, line[character] & 0xC0 == 0x80 { character -= 1 }
            let script = Script(of: line, at: character)
            if script == .sign || script == .unspaced && line[start] < 0x80 && start < at { break }
            start = character
        }
        // An address of X.400 that holds one of ours.
        if line[start..<at].hasPrefix("smtp=") { start += 5 }
        // Quotes, and signs that belong to the sentence around it.
        while start < at, "'`*=.".utf8.contains(line[start]), !line[start...].starts(with: "=?".utf8) { start += 1 }
        guard start < at else { return nil }
        // Part of a link: `//user@host`, `?to=a@b`.
        if line[start..<at].firstRange(ofText: "//") != nil { return nil }
        return start
    }

    /// What a character is, as far as it tells where an address ends in a text that has no spaces.
    private enum Script {
        /// ASCII, and letters of scripts that write spaces between words.
        case spaced
        /// Chinese, Japanese, Korean: an address follows a word, and a word an address, without a space.
        case unspaced
        /// Punctuation beyond ASCII.
        case sign

        init(of text: Bytes, at index: Int) {
            let next = index + 1 < text.endIndex ? text[index + 1] : 0
            switch text[index] {
            case 0xC2, 0xE2: self = .sign
            case 0xE3: self = next == 0x80 ? .sign : .unspaced
            case 0xEF: self = next >= 0xBC ? .sign : .spaced
            case 0xE4...0xED: self = .unspaced
            default: self = .spaced
            }
        }
    }

    private static func isLocalByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["),
            UInt8(ascii: "]"), UInt8(ascii: ":"), UInt8(ascii: ";"), UInt8(ascii: ","), UInt8(ascii: "@"),
            UInt8(ascii: "\\"), UInt8(ascii: "\""), 0x7F, ...ASCII.space:
            false
        default: true
        }
    }

    private static func isDomainByte(_ byte: UInt8) -> Bool {
        ASCII.isWordByte(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
    }
}
