internal import Crypto
internal import Delivery
internal import Synchronization

/// Remembers which body a signature that does not cover it came with, so that it cannot be put on another.
///
/// The same body may come again: the provider repeats what was not answered with success. What it remembers is in memory only, for as
/// long as the signature would be taken, and bounded.
final class ReplayGuard: Sendable {
    private struct State {
        var current: [String: [UInt8]] = [:]
        var previous: [String: [UInt8]] = [:]
        var since: UnixTime?
    }

    private let state = Mutex(State())
    private let age: Duration
    private let most: Int

    /// - Parameters:
    ///   - age: how long a token is remembered at least, unless there are too many.
    ///   - most: the most tokens of one such time.
    init(age: Duration, most: Int = 200_000) {
        self.age = age
        self.most = most
    }

    /// Whether the token is new, or came with the same body before.
    func admits(_ token: String, with body: [UInt8], at now: UnixTime) -> Bool {
        let digest = Array(SHA256.hash(data: body))
        return state.withLock { state in
            if let known = state.current[token] ?? state.previous[token] { return known == digest }
            // Two generations: what is in the older one is older than any signature that is still taken.
            if state.current.count >= most || now - (state.since ?? now) > age {
                state.previous = state.current
                state.current = [:]
                state.since = nil
            }
            state.since = state.since ?? now
            state.current[token] = digest
            return true
        }
    }
}
