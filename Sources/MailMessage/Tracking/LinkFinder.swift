/// Finds where the addresses of links stand in HTML: the values of `href` in `<a>` and `<area>`.
///
/// Comments, Mustache's too, and text that is no HTML are passed over. What it does not understand it does not find, so that nothing
/// is changed there.
struct LinkFinder {
    /// Elements whose text is no HTML.
    private static let raw: Set<String> = ["style", "script", "title", "textarea"]

    private let html: [UInt8]
    private var position = 0
    private var ranges: [Range<Int>] = []

    private init(_ html: [UInt8]) {
        self.html = html
    }

    /// Where the addresses are, without quotation marks, in their order.
    static func ranges(in html: [UInt8]) -> [Range<Int>] {
        var finder = LinkFinder(html)
        finder.find()
        return finder.ranges
    }

    private mutating func find() {
        while position < html.count {
            if starts(with: "<!--") {
                skip(past: "-->")
            } else if starts(with: "{{!") {
                skip(past: "}}")
            } else if html[position] == UInt8(ascii: "<"), position + 1 < html.count, Self.isLetter(html[position + 1])
            {
                position += 1
                tag()
            } else {
                position += 1
            }
        }
    }

    /// Reads a tag from its name on.
    private mutating func tag() {
        let name = word { Self.isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let isLink = name == "a" || name == "area"
        while position < html.count, html[position] != UInt8(ascii: ">") {
            if Self.isSpace(html[position]) || html[position] == UInt8(ascii: "/") {
                position += 1
            } else {
                attribute(isLink: isLink)
            }
        }
        position += 1
        if Self.raw.contains(name) { skip(past: "</\(name)") }
    }

    private mutating func attribute(isLink: Bool) {
        let start = position
        let name = word { !Self.isSpace($0) && !"=>/".utf8.contains($0) }
        skipSpace()
        guard position < html.count, html[position] == UInt8(ascii: "=") else {
            // Something else than an attribute must not be looked at for ever.
            if position == start { position += 1 }
            return
        }
        position += 1
        skipSpace()
        guard position < html.count else { return }
        let value: Range<Int>
        if html[position] == UInt8(ascii: "\"") || html[position] == UInt8(ascii: "'") {
            let quote = html[position]
            let first = position + 1
            guard let last = html[first...].firstIndex(of: quote) else { return position = html.count }
            value = first..<last
            position = last + 1
        } else {
            let first = position
            while position < html.count, !Self.isSpace(html[position]), html[position] != UInt8(ascii: ">") {
                position += 1
            }
            value = first..<position
        }
        if isLink, name == "href" { ranges.append(value) }
    }

    /// Reads bytes that fulfil a condition, in small letters.
    private mutating func word(_ condition: (UInt8) -> Bool) -> String {
        let start = position
        while position < html.count, condition(html[position]) { position += 1 }
        return String(decoding: html[start..<position], as: UTF8.self).lowercased()
    }

    private mutating func skipSpace() {
        while position < html.count, Self.isSpace(html[position]) { position += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private func starts(with text: StaticString) -> Bool {
        html[position...].starts(with: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Goes behind the next `text`, of either letter case; to the end where there is none.
    private mutating func skip(past text: String) {
        let wanted = Array(text.utf8)
        while position + wanted.count <= html.count {
            if zip(html[position...], wanted).allSatisfy({ $0 == $1 || Self.isLetter($1) && $0 | 0x20 == $1 }) {
                position += wanted.count
                return
            }
            position += 1
        }
        position = html.count
    }
}
