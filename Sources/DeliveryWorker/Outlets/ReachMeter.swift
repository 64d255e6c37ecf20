internal import NIOCore

/// Tells a receiver that is down from a network of ours that is: when several in a row cannot be reached, and none could be
/// lately, the fault is here.
///
/// It is believed for a while only: where nobody is reached for longer, it may be that just those are left who are down.
struct ReachMeter {
    private static let suspicious = 3
    private static let window = TimeAmount.seconds(60)
    private static let patience = TimeAmount.minutes(15)
    private var lastReached: NIODeadline?
    private var suspectedSince: NIODeadline?
    private var unreached: Set<String> = []

    /// A connection to somebody is open.
    mutating func reached(at now: NIODeadline) {
        lastReached = now
        guard !unreached.isEmpty else { return }
        unreached.removeAll()
        suspectedSince = nil
    }

    /// Nobody of a receiver could be reached; answers whether the fault seems to be ours.
    mutating func failedToReach(_ name: String, at now: NIODeadline) -> Bool {
        unreached.insert(name)
        guard unreached.count >= Self.suspicious, lastReached.map({ now - $0 > Self.window }) ?? true else {
            return false
        }
        let since = suspectedSince ?? now
        suspectedSince = since
        return now - since < Self.patience
    }
}
