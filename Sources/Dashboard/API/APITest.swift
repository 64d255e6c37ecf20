/// The order to send a test message.
public struct APITest: Hashable, Sendable, Codable {
    /// The tester's address.
    public var to: String
    /// Whose fields it shows; the first contact's when `nil`.
    public var contact: String?
    /// How long to wait for its outcome, 1 to 300; a minute when `nil`.
    public var timeoutSeconds: Int?

    public init(to: String, contact: String?, timeoutSeconds: Int?) {
        self.to = to
        self.contact = contact
        self.timeoutSeconds = timeoutSeconds
    }
}
