public import Foundation

/// A file that goes with a mailing's messages, as the book keeps it.
public struct MailingFile: Hashable, Sendable {
    public var name: String
    /// Its media type.
    public var type: String
    /// Whether it is shown within the HTML.
    public var isInline: Bool
    public var content: Data

    public init(name: String, type: String, isInline: Bool, content: Data) {
        self.name = name
        self.type = type
        self.isInline = isInline
        self.content = content
    }
}
