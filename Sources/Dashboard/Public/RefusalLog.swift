internal import Delivery
internal import Synchronization

/// Decides when refused requests are worth a line in the log: anybody can post, so it is one a minute for each provider.
final class RefusalLog: Sendable {
    private struct State {
        var last: ContinuousClock.Instant?
        var count = 0
    }

    private let states = Mutex<[MailProvider: State]>([:])

    /// Counts a refusal; answers how many there were since the last line when it is time for another one.
    func count(_ provider: MailProvider, now: ContinuousClock.Instant = .now) -> Int? {
        states.withLock { states in
            var state = states[provider] ?? State()
            defer { states[provider] = state }
            state.count += 1
            if let last = state.last, now - last < .seconds(60) { return nil }
            let count = state.count
            state = State(last: now)
            return count
        }
    }
}
