internal import Delivery
internal import JobQueue
internal import Synchronization

/// Why feeding is held back at the moment, if it is: set by the feeder, shown to people.
final class FeedingHold: Sendable {
    private let reason = Mutex<String?>(nil)

    func set(_ reason: String?) {
        self.reason.withLock { $0 = reason }
    }

    var current: String? { reason.withLock { $0 } }
}

/// A set of mailings that tasks share.
final class MailingSet: Sendable {
    private let members = Mutex<Set<MailingID>>([])

    func insert(_ mailing: MailingID) {
        members.withLock { _ = $0.insert(mailing) }
    }

    func contains(_ mailing: MailingID) -> Bool {
        members.withLock { $0.contains(mailing) }
    }
}

/// The terms on which mailings were published.
final class PublishedTerms: Sendable {
    private let terms = Mutex<[MailingID: MailingTerms]>([:])

    subscript(mailing: MailingID) -> MailingTerms? {
        get { terms.withLock { $0[mailing] } }
        set { terms.withLock { $0[mailing] = newValue } }
    }
}
