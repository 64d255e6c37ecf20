internal import Foundation

/// The times that routes depend on; tests have their own.
struct RouterClock: Sendable {
    /// For what the DNS says, which is in seconds from now.
    var now: @Sendable () -> ContinuousClock.Instant
    /// For what outlives the process, in seconds since 1970.
    var wallTime: @Sendable () -> Int

    static let system = RouterClock(
        now: { .now }, wallTime: { Int(Date().timeIntervalSince1970) })
}
