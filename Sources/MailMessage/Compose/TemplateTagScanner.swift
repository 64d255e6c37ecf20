/// Finds the tags of a Mustache template and refuses what a message cannot use.
///
/// The Mustache library parses and renders, but does not tell what it parsed; this reads the same grammar for the names in it,
/// and finds most mistakes first, to name them better.
struct TemplateTagScanner {
    private let characters: [Character]
    private let part: MessageTemplateError.Part
    private var position = 0
    private var line = 1
    private var tagLine = 1
    private var delimiters = Delimiters(open: ["{", "{"], close: ["}", "}"])
    private var openSections: [OpenSection] = []
    private var tags: [TemplateTag] = []

    private struct Delimiters {
        let open: [Character]
        let close: [Character]
    }

    /// A section that is not closed yet.
    ///
    /// Delimiters set inside it end with it.
    private struct OpenSection {
        let content: String
        let line: Int
        let delimitersOutside: Delimiters
        let setsCurrentField: Bool
    }

    private init(_ source: String, part: MessageTemplateError.Part) {
        characters = Array(source)
        self.part = part
    }

    /// All tags of `source` in their order.
    static func tags(in source: String, part: MessageTemplateError.Part) throws -> [TemplateTag] {
        var scanner = TemplateTagScanner(source, part: part)
        try scanner.scan()
        return scanner.tags
    }

    private mutating func scan() throws {
        while position < characters.count {
            if starts(with: delimiters.open) {
                tagLine = line
                advance(by: delimiters.open.count)
                try scanTag()
            } else {
                advance(by: 1)
            }
        }
        if let section = openSections.last {
            throw failure(.syntax, "the section “\(section.content)” is never closed", line: section.line)
        }
    }

    private mutating func scanTag() throws {
        guard position < characters.count, !characters[position].isNewline else {
            throw failure(.syntax, "a tag begins here and its line ends at once")
        }
        let sigil = characters[position]
        switch sigil {
        case "!":
            _ = try content()
            tags.append(TemplateTag(kind: .comment, name: "", transforms: []))
        case "=":
            try setDelimiters()
        case "#":
            try openSection(kind: .section)
        case "^":
            try openSection(kind: .invertedSection)
        case "/":
            try closeSection()
        case "{", "&":
            advance(by: 1)
            try addTag(.variable, named: content())
            if sigil == "{" {
                guard starts(with: ["}"]) else { throw failure(.syntax, "a tag with three braces must end with three") }
                advance(by: 1)
            }
        case ">", "<", "$", "%":
            throw failure(.unsupported, "“\(sigil)” tags (partials, inheritance, pragmas) have no meaning in a message")
        default:
            try addTag(.variable, named: content())
        }
    }

    private mutating func openSection(kind: TemplateTag.Kind) throws {
        advance(by: 1)
        let name = try content()
        try addTag(kind, named: name)
        let setsCurrentField = kind == .section && tags.last?.transforms.first != "empty"
        openSections.append(
            OpenSection(content: name, line: tagLine, delimitersOutside: delimiters, setsCurrentField: setsCurrentField)
        )
    }

    private mutating func closeSection() throws {
        advance(by: 1)
        let name = try content()
        guard let section = openSections.popLast() else {
            throw failure(.syntax, "“/\(name)” closes a section that was not opened")
        }
        guard section.content == name else {
            throw failure(
                .syntax, "“/\(name)” closes a section while “\(section.content)” of line \(section.line) is still open")
        }
        delimiters = section.delimitersOutside
        tags.append(TemplateTag(kind: .closing, name: name, transforms: []))
    }

    private mutating func setDelimiters() throws {
        advance(by: 1)
        let start = position
        while position < characters.count, characters[position] != "=" {
            advance(by: 1)
        }
        let parts = characters[start..<position].split(whereSeparator: \.isWhitespace)
        advance(by: 1)
        guard parts.count == 2, let open = parts.first, let close = parts.last, starts(with: delimiters.close) else {
            throw failure(.syntax, "a set-delimiter tag looks like {{=<% %>=}}")
        }
        advance(by: delimiters.close.count)
        delimiters = Delimiters(open: Array(open), close: Array(close))
        tags.append(TemplateTag(kind: .delimiters, name: "", transforms: []))
    }

    /// Takes apart `transform(transform(name))`.
    private mutating func addTag(_ kind: TemplateTag.Kind, named content: String) throws {
        var transforms = content.split(separator: "(", omittingEmptySubsequences: false).map(String.init)
        var name = transforms.removeLast()
        let closing = String(repeating: ")", count: transforms.count)
        guard name.hasSuffix(closing) else { throw failure(.syntax, "the parentheses of “\(content)” do not match") }
        name.removeLast(closing.count)
        for transform in transforms where !MergeFieldValue.transforms.contains(transform) {
            let known = MergeFieldValue.transforms.sorted().joined(separator: ", ")
            throw failure(.unsupported, "“\(transform)” is not a transform; there are \(known)")
        }
        try check(name: name, of: content)
        tags.append(TemplateTag(kind: kind, name: name, transforms: transforms))
    }

    private func check(name: String, of content: String) throws {
        if name == "." {
            guard openSections.contains(where: \.setsCurrentField) else {
                throw failure(.unsupported, "“.” stands for the field of a section around it, and there is none")
            }
            return
        }
        guard !name.isEmpty else { throw failure(.syntax, "a tag names no field") }
        guard !name.contains(".") else {
            throw failure(.unsupported, "“\(content)”: dotted names are not supported, a contact's fields are plain")
        }
        guard name.utf8.allSatisfy(Self.isNameByte) else {
            throw failure(.syntax, "“\(content)” is no field name; names hold the letters A to Z, digits, - _ ? and *")
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "?"),
            UInt8(ascii: "*"):
            true
        default:
            false
        }
    }

    /// The rest of the tag without the white space around it; the position is then after the closing delimiter.
    private mutating func content() throws -> String {
        let start = position
        while position < characters.count {
            if starts(with: delimiters.close) {
                let content = characters[start..<position]
                advance(by: delimiters.close.count)
                return String(content.trimmingSpace)
            }
            advance(by: 1)
        }
        throw failure(.syntax, "a tag begins here and never ends with “\(String(delimiters.close))”")
    }

    private func starts(with text: [Character]) -> Bool {
        characters[position...].starts(with: text)
    }

    private mutating func advance(by count: Int) {
        for _ in 0..<count where position < characters.count {
            if characters[position].isNewline { line += 1 }
            position += 1
        }
    }

    private func failure(
        _ code: MessageTemplateError.Code, _ message: String, line: Int? = nil
    ) -> MessageTemplateError {
        MessageTemplateError(code, in: part, line: line ?? tagLine, message)
    }
}

extension ArraySlice<Character> {
    fileprivate var trimmingSpace: ArraySlice<Character> {
        let start = drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return [] }
        return start[...last]
    }
}
