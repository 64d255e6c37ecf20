/// One tag of a Mustache template, as far as it matters which fields the template uses and how.
struct TemplateTag: Hashable {
    enum Kind: Hashable {
        case variable
        case section
        case invertedSection
        case closing
        case comment
        case delimiters
    }

    let kind: Kind
    /// The field's name; `.` is the field of the section around the tag.
    let name: String
    /// What is applied to the field, the outermost first.
    let transforms: [String]

    /// Whether what the tag renders depends on the field in no other way than by its being there and by its text as it is.
    var isPlain: Bool {
        transforms.isEmpty || transforms == ["empty"]
    }

    /// Whether what else is rendered depends on the field's being empty.
    var isCondition: Bool {
        kind == .section || kind == .invertedSection || transforms == ["empty"]
    }
}
