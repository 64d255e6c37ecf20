internal import Delivery
internal import JobQueue
internal import Synchronization

/// Why the mailings do not go on as they should at the moment, if so: set by the coordinator's loops, shown to people.
final class FeedingHold: Sendable {
    private struct State {
        var reason: String?
        /// What each loop that fails at the moment has met, by the loop's purpose.
        var troubles: [String: String] = [:]
    }

    private let state = Mutex(State())

    /// Says why feeding is held back, or with `nil` that it is not.
    func set(_ reason: String?) {
        state.withLock { $0.reason = reason }
    }

    /// Says what keeps a loop from its work, or with `nil` that nothing does.
    func note(_ trouble: String?, of purpose: String) {
        state.withLock { $0.troubles[purpose] = trouble }
    }

    /// All that is in the way, in words; `nil` when nothing is.
    var current: String? {
        state.withLock { state in
            var words = state.reason.map { ["feeding is held back: \($0)"] } ?? []
            // Redis away is one trouble, however many loops meet it.
            let purposes = Dictionary(grouping: state.troubles.keys.sorted()) { state.troubles[$0] ?? "" }
            words += purposes.sorted { $0.value[0] < $1.value[0] }.map { trouble, purposes in
                "cannot \(purposes.joined(separator: ", ")), trying again: \(trouble)"
            }
            return words.isEmpty ? nil : words.joined(separator: "; ")
        }
    }
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
