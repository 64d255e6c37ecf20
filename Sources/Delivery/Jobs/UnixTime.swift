/// A point in time on the civil clock, in whole milliseconds since 1970-01-01 UTC: what the queue and the book store.
public struct UnixTime: Hashable, Sendable, Comparable {
    /// Milliseconds since 1970-01-01 00:00:00 UTC.
    public var milliseconds: Int64

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    /// The time `duration` after `time`.
    public static func + (time: Self, duration: Duration) -> Self {
        Self(milliseconds: time.milliseconds + duration.wholeMilliseconds)
    }

    /// How long `later` is after `earlier`; negative when it is before.
    public static func - (later: Self, earlier: Self) -> Duration {
        .milliseconds(later.milliseconds - earlier.milliseconds)
    }
}

extension Duration {
    /// This duration in milliseconds, rounded down.
    public var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
