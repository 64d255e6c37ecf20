import Synchronization

/// What the simulator remembers: how often the mailboxes that count were tried, and the totals.
final class SimulatorBook: Sendable {
    private struct Visits {
        var count: Int
        var first: ContinuousClock.Instant
    }

    private struct State {
        /// Only addresses whose behaviour changes with time or trials are kept.
        var visits: [String: Visits] = [:]
        /// The second that is running, by site, for sites that count.
        var seconds: [String: Visits] = [:]
        var counts = SimulatorCounts()
    }

    private let state = Mutex(State())

    /// Counts a trial of an address; answers how many there were before it, and how long ago the first was.
    func visit(_ address: String, at now: ContinuousClock.Instant) -> (before: Int, sinceFirst: Duration) {
        state.withLock { state in
            var visits = state.visits[address] ?? Visits(count: 0, first: now)
            let before = visits.count
            visits.count += 1
            state.visits[address] = visits
            return (before, visits.first.duration(to: now))
        }
    }

    /// Counts a message to a site, by whole seconds from its first message on; answers how many came before it in its second.
    func visitInSecond(_ site: String, at now: ContinuousClock.Instant) -> Int {
        state.withLock { state in
            var second = state.seconds[site] ?? Visits(count: 0, first: now)
            let elapsed = second.first.duration(to: now)
            if elapsed >= .seconds(1) {
                second = Visits(count: 0, first: second.first + .seconds(elapsed.components.seconds))
            }
            let before = second.count
            second.count += 1
            state.seconds[site] = second
            return before
        }
    }

    /// Changes the totals; answers the number of messages accepted so far.
    @discardableResult
    func count(_ change: (inout SimulatorCounts) -> Void) -> Int {
        state.withLock { state in
            change(&state.counts)
            return state.counts.accepted
        }
    }

    var counts: SimulatorCounts { state.withLock { $0.counts } }
}

/// What a simulator has done so far.
public struct SimulatorCounts: Hashable, Sendable {
    /// Recipients to whom a message was accepted.
    public var accepted = 0
    /// Recipients who were refused, for now or for good.
    public var refused = 0
    /// Recipients for whom the connection was closed without an answer.
    public var dropped = 0
    /// Connections that were opened.
    public var connections = 0
}
