public import MailMessage

/// What changes of a draft's message; the body of the API's request, too.
public struct MessageChange: Hashable, Sendable, Codable {
    /// Links, list headers and the return path, all of them; as they were when `nil`.
    public var message: MessageOptions?
    /// The files that go with each message, all of them; as they were when `nil`.
    public var files: [MessageAttachment]?

    public init(message: MessageOptions? = nil, files: [MessageAttachment]? = nil) {
        self.message = message
        self.files = files
    }
}
