import Mustache

/// One part of a template, parsed: what the Mustache library renders, and which fields that takes.
struct TemplatePart: Sendable {
    enum Escaping: Sendable {
        case none
        case html

        var contentType: String {
            switch self {
            case .none: "TEXT"
            case .html: HTMLEscaping.contentTypeName
            }
        }
    }

    /// How a value is made fit for where it goes.
    enum Cleaning: Sendable {
        /// For bodies: see ``LineText``.
        case lines
        /// For headers, which are cleaned as a whole after they are rendered.
        case none
    }

    private let mustache: MustacheTemplate
    /// The slots of the fields that this part uses, by name.
    private let slots: [String: Int]
    /// The slots of the fields on whose emptiness it depends what else is rendered, without doubles.
    let conditions: [Int]
    /// Whether the part is made of literal text and fields as they are, once it is known which conditions are empty.
    let isFlat: Bool

    /// Parses `source`.
    /// - Throws: ``MessageTemplateError`` naming `part`.
    init(
        _ source: String, part: MessageTemplateError.Part, escaping: Escaping, fields: inout MergeFieldSlots
    ) throws {
        let source = LineText.cleaned(source)
        let tags = try TemplateTagScanner.tags(in: source, part: part)
        var slots: [String: Int] = [:]
        var conditions: [Int] = []
        for tag in tags where ![.comment, .delimiters, .closing].contains(tag.kind) && tag.name != "." {
            let slot = fields.slot(of: tag.name)
            slots[tag.name] = slot
            if tag.isCondition, !conditions.contains(slot) {
                conditions.append(slot)
            }
        }
        self.slots = slots
        self.conditions = conditions
        isFlat = tags.allSatisfy(\.isPlain)
        _ = HTMLEscaping.registered
        do {
            // The pragma on a line of its own leaves no trace, and the first line of the source stays a first line.
            mustache = try MustacheTemplate(string: "{{% CONTENT_TYPE:\(escaping.contentType)}}\n" + source)
        } catch let error as MustacheTemplate.ParserError {
            throw MessageTemplateError(
                .syntax, in: part, line: max(1, error.context.lineNumber - 1), Self.explanation(of: error.error))
        }
    }

    private static func explanation(of error: any Error) -> String {
        switch error as? MustacheTemplate.Error {
        case .sectionCloseNameIncorrect: "a closing tag does not match the section that is open"
        case .unfinishedName: "a tag holds something else than a field's name"
        case .expectedSectionEnd: "a section is never closed"
        case .invalidSetDelimiter: "a set-delimiter tag looks like {{=<% %>=}}"
        case .some, .none: "the text ends where a tag begins"
        }
    }

    /// Renders the part by the Mustache library.
    func render(_ values: MergeValues, cleaning: Cleaning) -> String {
        render { slot in
            let value = values[slot]
            let text =
                switch cleaning {
                case .lines: LineText.cleaned(value)
                case .none: value
                }
            return MergeFieldValue(text, isEmpty: value.isEmpty)
        }
    }

    /// Renders the part by the Mustache library with the value that `value` has for each slot.
    func render(value: @escaping (Int) -> MergeFieldValue) -> String {
        mustache.render(MergeContext(slots: slots, value: value))
    }
}
