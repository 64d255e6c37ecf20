internal import NIOCore

/// How fast a worker has lately reached each site: what a site is slowed down from when it asks for less.
struct SiteMeter {
    private static let window = TimeAmount.seconds(10)
    private var current: [String: Int] = [:]
    private var previous: [String: Int] = [:]
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
        current[site, default: 0] += 1
    }

    /// Milliseconds per message over the last 10 to 20 seconds; `nil` when there was none.
    func interval(of site: String, at now: NIODeadline) -> Double? {
        let messages = (current[site] ?? 0) + (previous[site] ?? 0)
        guard messages > 0 else { return nil }
        let elapsed = now - windowStart + (previous.isEmpty ? .zero : Self.window)
        return max(Double(elapsed.nanoseconds) / 1e6, 1) / Double(messages)
    }
}
