internal import Delivery
internal import Synchronization

/// Test messages on their way: each is a mailing of its own with one job, which the queue knows and the contact book does not.
///
/// So it takes a worker's real path, and neither statistics, licences nor suppressions hear of it.
final class TestMailings: Sendable {
    private struct State {
        var last: UInt32 = 0
        /// What became of those that somebody waits for.
        var outcomes: [MailingID: StatusChange?] = [:]
        /// Those that nobody waits for any more and of which Redis may have something left.
        var over: [MailingID] = []
    }

    private let state = Mutex(State())

    /// Begins a test; its number was used by none before, also by a coordinator that was here earlier: it goes by the clock.
    func begin(at now: UnixTime) -> MailingID {
        let seconds = UInt32(truncatingIfNeeded: now.milliseconds / 1000) & ~MailingID.firstTest
        return state.withLock { state in
            state.last = max(state.last &+ 1, MailingID.firstTest | seconds)
            let mailing = MailingID(rawValue: state.last)
            state.outcomes[mailing] = .some(nil)
            return mailing
        }
    }

    /// Takes down what became of a test, as far as somebody waits for it; the first news counts.
    func note(_ change: StatusChange) {
        state.withLock { state in
            guard let known = state.outcomes[change.job.mailing], known == nil else { return }
            state.outcomes[change.job.mailing] = change
        }
    }

    func outcome(of mailing: MailingID) -> StatusChange? {
        state.withLock { $0.outcomes[mailing] ?? nil }
    }

    /// Ends a test: nobody waits for it any more.
    func end(_ mailing: MailingID) {
        state.withLock { state in
            state.outcomes[mailing] = nil
            state.over.append(mailing)
        }
    }

    /// Ended tests, the oldest first.
    var over: [MailingID] { state.withLock { $0.over } }

    /// Nothing of it is left anywhere.
    func forget(_ mailing: MailingID) {
        state.withLock { state in state.over.removeAll { $0 == mailing } }
    }
}
