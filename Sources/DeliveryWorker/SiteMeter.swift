import NIOCore

/// How fast a worker has lately reached each site: what a site is slowed down from when it asks for less.
struct SiteMeter {
    private struct Traffic {
        var since: NIODeadline
        var messages = 0
    }

    private static let window = TimeAmount.seconds(10)
    private var current: [String: Traffic] = [:]
    private var previous: [String: Traffic] = [:]
    private var windowStart: NIODeadline

    init(now: NIODeadline) {
        windowStart = now
    }

    /// Counts a message that a site accepted.
    mutating func count(_ site: String, at now: NIODeadline) {
        if now - windowStart >= Self.window {
            previous = now - windowStart < Self.window * 2 ? current : [:]
            current.removeAll(keepingCapacity: true)
            windowStart = now
        }
        current[site, default: Traffic(since: now)].messages += 1
    }

    /// Milliseconds per message over the last 10 to 20 seconds, or since the first one there; `nil` when there were not even two.
    ///
    /// What a site takes in its first moments makes it look faster than it is, which halving mends at once. A rate that is too
    /// low would take long to rise.
    func interval(of site: String, at now: NIODeadline) -> Double? {
        let (earlier, later) = (previous[site], current[site])
        let messages = (earlier?.messages ?? 0) + (later?.messages ?? 0)
        guard messages > 1, let since = earlier?.since ?? later?.since else { return nil }
        return max(Double((now - since).nanoseconds) / 1e6, 1) / Double(messages)
    }
}
