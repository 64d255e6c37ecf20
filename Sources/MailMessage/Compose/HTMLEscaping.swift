import Mustache

/// The escaping of ``HTMLText`` for templates.
struct HTMLEscaping: MustacheContentType {
    /// The name under which templates ask for it.
    static let contentTypeName = "POSTRIDER-HTML"

    /// Makes the escaping known to the Mustache library, once.
    static let registered: Void = MustacheContentTypes.register(HTMLEscaping(), named: contentTypeName)

    func escapeText(_ text: String) -> String { HTMLText.escaped(text) }
}
