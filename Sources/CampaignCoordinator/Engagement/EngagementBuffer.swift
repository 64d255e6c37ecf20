internal import Contacts
internal import Synchronization

/// Opens and clicks that are not in the book yet: whoever fetches a picture or follows a link does not wait for the disk.
final class EngagementBuffer: Sendable {
    /// More than these would be a flood; what comes beyond is counted only.
    private static let limit = 200_000

    private struct State {
        var events: [EngagementEvent] = []
        var dropped = 0
    }

    private let state = Mutex(State())

    func note(_ event: EngagementEvent) {
        state.withLock { state in
            if state.events.count < Self.limit { state.events.append(event) } else { state.dropped += 1 }
        }
    }

    /// Takes out what has come, and how many there was no room for.
    func take() -> (events: [EngagementEvent], dropped: Int) {
        state.withLock { state in
            defer { state = State() }
            return (state.events, state.dropped)
        }
    }

    /// Takes events back that could not be booked.
    func putBack(_ events: [EngagementEvent]) {
        state.withLock { state in
            let room = Self.limit - state.events.count
            state.events = events.prefix(room) + state.events
            state.dropped += max(0, events.count - room)
        }
    }
}
