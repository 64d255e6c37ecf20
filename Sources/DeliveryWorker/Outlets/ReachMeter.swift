internal import NIOCore

/// Tells a receiver that is down from a network of ours that is: when several in a row cannot be reached, and none could be
/// lately, the fault is here.
struct ReachMeter {
    private static let suspicious = 3
    private static let window = TimeAmount.seconds(60)
    private var lastReached: NIODeadline?
    private var unreached: Set<String> = []

    /// A connection to somebody is open.
    mutating func reached(at now: NIODeadline) {
        lastReached = now
        if !unreached.isEmpty { unreached.removeAll() }
    }

    /// Nobody of a receiver could be reached; answers whether the fault seems to be ours.
    mutating func failedToReach(_ name: String, at now: NIODeadline) -> Bool {
        unreached.insert(name)
        return unreached.count >= Self.suspicious && lastReached.map { now - $0 > Self.window } ?? true
    }
}
