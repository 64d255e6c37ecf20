internal import Contacts
internal import Delivery
internal import MailMessage
internal import Synchronization

/// What the public pages need of mailings, read once: a started mailing's message does not change.
final class PublicMailings: Sendable {
    /// A mailing as its readers meet it.
    struct Entry: Sendable {
        /// Who writes: a name, or an address where there is none.
        var sender: String
        var language: PageLanguage?
        /// Where its links lead.
        var targets: LinkTargets
    }

    private static let limit = 256
    private let entries = Mutex<[MailingID: Entry]>([:])

    /// The mailing of a token, or `nil` when the book has none.
    func entry(_ id: MailingID, book: ContactBook, key: TokenKey) async throws -> Entry? {
        if let entry = entries.withLock({ $0[id] }) { return entry }
        let mailing: Mailing
        do {
            mailing = try await book.mailing(id)
        } catch let error as ContactBookError where error.code == .unknownMailing {
            return nil
        }
        let template = try MailingSettings(mailing).template
        let name = template.from.displayName ?? ""
        let entry = Entry(
            // A name that differs by contact is no name for a page.
            sender: name.isEmpty || name.contains("{{") ? template.from.address : name,
            language: template.options?.language, targets: try LinkTargets(template, key: key))
        // A draft may still change; its links go out in previews only.
        guard mailing.state != .draft else { return entry }
        entries.withLock { entries in
            if entries.count >= Self.limit { entries.removeAll() }
            entries[id] = entry
        }
        return entry
    }
}
