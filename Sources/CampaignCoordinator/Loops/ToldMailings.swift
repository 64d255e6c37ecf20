internal import Delivery
internal import JobQueue
internal import Synchronization

/// What Redis has been told of the mailings, as far as this coordinator remembers; forgotten when Redis may have.
final class ToldMailings: Sendable {
    private struct State {
        var terms: [MailingID: (terms: MailingTerms, at: ContinuousClock.Instant)] = [:]
        var cancelled: Set<MailingID> = []
        /// The last order to take up a delivery again, by shard.
        var redelivered: [MailingID: [Int: Int64]] = [:]
        /// How often everything was forgotten.
        var generation = 0
    }

    /// How long shares of a quota hold before they are cut anew by what the shards have.
    private static let sharesLast = Duration.seconds(30)

    private let state = Mutex(State())

    /// Whether a mailing was published on these terms, and, if its quota is shared out, lately.
    func knows(_ terms: MailingTerms, of mailing: MailingID, isShared: Bool) -> Bool {
        state.withLock { state in
            guard let told = state.terms[mailing], told.terms == terms else { return false }
            return !isShared || ContinuousClock.now - told.at < Self.sharesLast
        }
    }

    /// Whether a mailing was published at all.
    func hasHeard(of mailing: MailingID) -> Bool {
        state.withLock { $0.terms[mailing] != nil }
    }

    func note(_ terms: MailingTerms, of mailing: MailingID) {
        state.withLock { $0.terms[mailing] = (terms, .now) }
    }

    func isCancelled(_ mailing: MailingID) -> Bool {
        state.withLock { $0.cancelled.contains(mailing) }
    }

    func noteCancelled(_ mailing: MailingID) {
        state.withLock { _ = $0.cancelled.insert(mailing) }
    }

    /// The last order to take up a delivery of a mailing again that a shard was told, and when: see
    /// ``noteRedelivered(_:to:through:in:)``.
    func redelivered(_ mailing: MailingID, to shard: Int) -> (number: Int64, generation: Int) {
        state.withLock { ($0.redelivered[mailing]?[shard] ?? 0, $0.generation) }
    }

    /// Takes down how far a shard was told orders, unless all was forgotten since: then nobody knows which Redis was told.
    func noteRedelivered(_ mailing: MailingID, to shard: Int, through number: Int64, in generation: Int) {
        state.withLock { if $0.generation == generation { $0.redelivered[mailing, default: [:]][shard] = number } }
    }

    /// Forgets a mailing that was cleared away: should it run again, all is told anew.
    func forget(_ mailing: MailingID) {
        state.withLock { state in
            state.terms[mailing] = nil
            state.cancelled.remove(mailing)
            state.redelivered[mailing] = nil
            // What is being told of it just now is not to be noted.
            state.generation += 1
        }
    }

    func forget() {
        state.withLock { state in
            let generation = state.generation + 1
            state = State()
            state.generation = generation
        }
    }
}
