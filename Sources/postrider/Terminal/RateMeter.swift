/// How fast a count grows, over the last few seconds, and when it will be through.
struct RateMeter {
    private struct Sample {
        var time: ContinuousClock.Instant
        var count: Int
    }

    private let window: Duration
    private var samples: [Sample] = []

    /// Looks back over `window`.
    init(window: Duration = .seconds(10)) {
        self.window = window
    }

    /// Takes note of a count; a count that falls begins anew.
    mutating func note(_ count: Int, at time: ContinuousClock.Instant) {
        if let last = samples.last, count < last.count { samples.removeAll() }
        samples.append(Sample(time: time, count: count))
        // The sample just outside the window stays: without it a slow count would seem to stand still.
        while samples.count > 2, samples[1].time < time - window { samples.removeFirst() }
    }

    /// Things a second; `nil` until there are two samples.
    var rate: Double? {
        guard let first = samples.first, let last = samples.last, last.time > first.time else { return nil }
        return Double(last.count - first.count) / (last.time - first.time).inSeconds
    }

    /// How long `remaining` more will take at this rate; `nil` when that cannot be said.
    func timeLeft(for remaining: Int) -> Duration? {
        guard remaining > 0 else { return .zero }
        guard let rate, rate > 0 else { return nil }
        return .milliseconds(Int64(min(Double(remaining) / rate * 1000, 1e15)))
    }
}

extension Duration {
    /// This duration in seconds.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
