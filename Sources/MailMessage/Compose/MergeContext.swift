import Mustache

/// What a template is rendered with by the Mustache library: the contact's values by name.
struct MergeContext: MustacheParent, MustacheCustomRenderable {
    let slots: [String: Int]
    let value: (Int) -> MergeFieldValue

    func child(named name: String) -> Any? {
        slots[name].map(value)
    }

    /// The whole contact has no text of its own.
    var renderText: String { "" }
    var isNull: Bool { false }
}

/// One merge field for the Mustache library: text that counts as absent when it is empty.
struct MergeFieldValue: MustacheParent, MustacheCustomRenderable, MustacheTransformable {
    /// What a template may apply to a field.
    static let transforms: Set<String> = ["capitalized", "lowercased", "uppercased", "reversed", "empty"]

    let renderText: String
    /// Whether the contact's field is empty.
    ///
    /// A field of control characters is not, though nothing of it is rendered.
    let isNull: Bool

    init(_ text: String, isEmpty: Bool) {
        renderText = text
        isNull = isEmpty
    }

    /// A field holds no fields; without this the library would find this type's own properties by reflection.
    func child(named name: String) -> Any? { nil }

    func transform(_ name: String) -> Any? {
        if name == "empty" { return isNull }
        return switch renderText.transform(name) {
        case let text as String: MergeFieldValue(text, isEmpty: isNull)
        case let text as Substring: MergeFieldValue(String(text), isEmpty: isNull)
        default: nil
        }
    }
}
