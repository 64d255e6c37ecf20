internal import Synchronization

/// Remembers answers until they expire, in bounded memory, and looks up only once what several want at the same time.
final class AnswerCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// A value and until when it holds.
    struct Dated: Sendable {
        var value: Value
        var expires: ContinuousClock.Instant
    }

    private enum Order {
        case answer(Dated)
        case wait(Task<Dated, Never>)
    }

    private struct State: Sendable {
        var known: GenerationalCache<Key, Dated>
        var pending: [Key: Task<Dated, Never>] = [:]
    }

    private let state: Mutex<State>
    private let now: @Sendable () -> ContinuousClock.Instant

    init(capacity: Int, now: @escaping @Sendable () -> ContinuousClock.Instant) {
        state = Mutex(State(known: GenerationalCache(capacity: capacity)))
        self.now = now
    }

    /// How many answers are kept.
    var count: Int { state.withLock { $0.known.count } }

    /// The answer for a key: one that is known and has not expired, or else what a lookup finds.
    func value(for key: Key, lookUp: @escaping @Sendable () async -> Dated) async -> Dated {
        let order: Order = state.withLock { state in
            if let known = state.known.value(for: key), known.expires > now() { return .answer(known) }
            if let pending = state.pending[key] { return .wait(pending) }
            // A task of its own: whoever asked first may be cancelled, and the others still want to know.
            let task = Task {
                let found = await lookUp()
                self.finish(key, found)
                return found
            }
            state.pending[key] = task
            return .wait(task)
        }
        switch order {
        case .answer(let known): return known
        case .wait(let task): return await task.value
        }
    }

    private func finish(_ key: Key, _ found: Dated) {
        state.withLock { state in
            state.pending[key] = nil
            state.known.set(found, for: key)
        }
    }
}
