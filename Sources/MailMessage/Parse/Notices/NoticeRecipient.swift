/// A recipient that a notice for people names, and what it says of it.
struct NoticeRecipient: Sendable {
    var address: String
    /// The words about this recipient, on one line.
    var diagnostic: Bytes
}
