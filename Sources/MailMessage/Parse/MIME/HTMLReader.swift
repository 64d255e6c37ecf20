/// Makes plain text of HTML, as far as it is needed to find addresses and replies in it.
enum HTMLReader {
    /// The text: tags are gone, those that begin a line have become line ends, the common entities are characters.
    static func text(of html: Bytes) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(html.count / 2)
        var index = html.startIndex
        var keepsLines = false
        while index < html.endIndex {
            let byte = html[index]
            if byte == UInt8(ascii: "<"), let end = endOfMarkup(in: html, at: index) {
                if html[(index + 1)..<end].hasPrefix("pre") { keepsLines = true }
                if html[(index + 1)..<end].hasPrefix("/pre") { keepsLines = false }
                if isLineBreak(html[(index + 1)..<end]) { result.append(ASCII.lineFeed) }
                index = end
            } else if byte == UInt8(ascii: "&"), let entity = HTMLEntity(in: html, at: index) {
                result.append(contentsOf: entity.text)
                index = entity.end
            } else {
                // A line end of the source is a space; the tags say where lines end, except in preformatted text.
                let isLineEnd = byte == ASCII.lineFeed || byte == ASCII.carriageReturn
                result.append(isLineEnd && !keepsLines ? ASCII.space : byte)
                index += 1
            }
        }
        return result
    }

    /// The longest tag; without a bound, tags that are never closed would take time that grows with the square of the text.
    private static let longestTag = 4_096

    private static let longestAddress = 324

    /// Where a tag, comment, style sheet or script that begins here ends; `nil` for a lone `<`.
    private static func endOfMarkup(in html: Bytes, at start: Int) -> Int? {
        let rest = html[(start + 1)...]
        guard let first = rest.first else { return nil }
        if rest.hasPrefix("!--") { return html.firstRange(ofText: "-->", from: start)?.upperBound ?? html.endIndex }
        for (opening, closing) in [("style", "</style>"), ("script", "</script>"), ("head", "</head>")]
            as [(StaticString, StaticString)]
        where rest.hasPrefix(opening)
            && rest.dropFirst(opening.utf8CodeUnitCount).first.map({ !ASCII.isLetter($0) }) ?? true
        {
            return html.firstRange(ofText: closing, from: start)?.upperBound ?? html.endIndex
        }
        guard
            ASCII.isLetter(first) || first == UInt8(ascii: "/") || first == UInt8(ascii: "!")
                || first == UInt8(ascii: "?"),
            let end = rest.prefix(longestTag).firstIndex(of: UInt8(ascii: ">"), from: start + 1)
        else { return nil }
        // An address in angle brackets is no tag; nothing longer is looked at, or text that looks like it would be read again and again.
        let isAddress =
            end - start < longestAddress && html[start..<end].contains(UInt8(ascii: "@"))
            && !html[start..<end].contains(UInt8(ascii: "="))
        return isAddress ? nil : end + 1
    }

    private static func isLineBreak(_ tag: Bytes) -> Bool {
        // One line for each cell: a label and what stands beside it belong together.
        for cell in ["/td", "/th"] as [StaticString] where tag.hasPrefix(cell) { return false }
        let name = tag.drop { $0 == UInt8(ascii: "/") }.prefix { ASCII.isLetter($0) || ASCII.isDigit($0) }
        for known in [
            "br", "p", "div", "tr", "td", "th", "li", "ul", "table", "pre", "h1", "h2", "h3", "h4", "hr", "title",
        ]
            as [StaticString] where name.isText(known)
        {
            return true
        }
        return false
    }
}
