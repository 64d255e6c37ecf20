/// Finds what is broken in HTML: tags that do not end, elements that do not match, images without a text.
///
/// No parser of HTML as browsers have it: it looks for the mistakes that mail programs show.
struct HTMLInspector {
    /// Elements that have no end tag.
    private static let void: Set<String> = [
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
    ]
    /// Elements whose end tag may be left out.
    private static let optional: Set<String> = [
        "p", "li", "td", "th", "tr", "tbody", "thead", "tfoot", "option", "dt", "dd", "body", "html", "head",
        "colgroup",
    ]
    /// Elements whose text is no HTML.
    private static let raw: Set<String> = ["style", "script", "title", "textarea"]

    private let characters: [Character]
    private var position = 0
    private var line = 1
    private var open: [(name: String, line: Int)] = []
    private var findings: [LintFinding] = []

    private init(_ html: String) {
        characters = Array(html)
    }

    static func findings(in html: String) -> [LintFinding] {
        var inspector = HTMLInspector(html)
        inspector.inspect()
        return inspector.findings
    }

    private mutating func inspect() {
        while position < characters.count {
            if starts(with: "<!--") {
                let start = line
                guard skip(past: "-->") else {
                    return add("html-broken", .error, start, "a comment begins and does not end", "end it with -->")
                }
            } else if characters[position] == "<", position + 1 < characters.count,
                characters[position + 1].isLetter || characters[position + 1] == "/" || characters[position + 1] == "!"
            {
                guard tag() else { return }
            } else {
                advance()
            }
        }
        for element in open where !Self.optional.contains(element.name) {
            add(
                "html-unclosed", .warning, element.line, "<\(element.name)> is never closed",
                "close it with </\(element.name)>")
        }
    }

    /// Reads a tag; answers `false` when it does not end, after which nothing more can be said.
    private mutating func tag() -> Bool {
        let start = line
        var text = ""
        var quote: Character?
        advance()
        while position < characters.count {
            let character = characters[position]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == ">" {
                advance()
                ended(text, at: start)
                return true
            } else if character == "<" {
                break
            }
            text.append(character)
            advance()
        }
        let what = quote == nil ? "a tag begins and does not end" : "an attribute's quotation mark is not closed"
        add("html-broken", .error, start, "\(what): <\(text.prefix(30))", "close it")
        return false
    }

    private mutating func ended(_ tag: String, at start: Int) {
        let isEnd = tag.hasPrefix("/")
        let name = tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == ":" }.lowercased()
        guard !tag.hasPrefix("!"), !name.isEmpty else { return }
        if isEnd { return close(name, at: start) }
        if name == "img", tag.firstMatch(of: #/\salt\s*=/#.ignoresCase()) == nil {
            add(
                "image-without-text", .warning, start, "an image has no alt text; many readers see no images",
                "add alt=\"…\"")
        }
        if ["script", "form", "iframe", "object", "embed", "video", "audio"].contains(name) {
            add(
                "html-unsupported", .warning, start, "mail programs do not show <\(name)>, and filters distrust it",
                "link to a page instead")
        }
        guard !Self.void.contains(name), !tag.hasSuffix("/") else { return }
        if Self.raw.contains(name) {
            if !skip(past: "</\(name)>") {
                add("html-unclosed", .warning, start, "<\(name)> is never closed", "close it with </\(name)>")
            }
            return
        }
        open.append((name, start))
    }

    private mutating func close(_ name: String, at start: Int) {
        guard let index = open.lastIndex(where: { $0.name == name }) else {
            guard !Self.optional.contains(name), !Self.void.contains(name) else { return }
            return add(
                "html-mismatch", .warning, start, "</\(name)> closes what was not opened",
                "remove it, or open <\(name)>")
        }
        for skipped in open[(index + 1)...] where !Self.optional.contains(skipped.name) {
            add(
                "html-mismatch", .warning, start,
                "</\(name)> comes while <\(skipped.name)> of line \(skipped.line) is open",
                "close <\(skipped.name)> before it")
        }
        open.removeSubrange(index...)
    }

    private mutating func add(
        _ rule: String, _ severity: LintFinding.Severity, _ line: Int, _ message: String, _ remedy: String
    ) {
        findings.append(LintFinding(rule, severity, "html, line \(line)", message, remedy: remedy))
    }

    private func starts(with text: String) -> Bool {
        characters[position...].starts(with: text)
    }

    /// Goes behind the next `text`, of either letter case; answers `false` when there is none.
    private mutating func skip(past text: String) -> Bool {
        let wanted = Array(text)
        while position + wanted.count <= characters.count {
            if characters[position..<position + wanted.count].elementsEqual(
                wanted, by: { $0.lowercased() == $1.lowercased() })
            {
                position += wanted.count
                return true
            }
            advance()
        }
        position = characters.count
        return false
    }

    private mutating func advance() {
        if characters[position].isNewline { line += 1 }
        position += 1
    }
}
