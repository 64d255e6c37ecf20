public import MailMessage

/// What the page behind an unsubscribe link shows: enough for its reader to know what is meant, and nothing for anybody else.
public struct ContactPage: Hashable, Sendable {
    /// Who writes.
    public var sender: String
    /// The address, the local part but for its first letter hidden.
    public var address: String
    /// The campaign's language; `nil` leaves it to the reader.
    public var language: PageLanguage?
    /// Whether the contact has left the list already.
    public var hasLeft: Bool
    /// Whether the link comes from a test message, and belongs to nobody.
    public var isTest = false
}
