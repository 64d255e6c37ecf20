/// What workers need to know of a mailing, stored once in Redis and cached by its version.
public struct MailingContent: Sendable, Hashable {
    /// Opaque to the queue: the message and its settings as the worker reads them.
    public var bytes: [UInt8]
    public var version: String

    public init(bytes: [UInt8], version: String) {
        self.bytes = bytes
        self.version = version
    }
}
