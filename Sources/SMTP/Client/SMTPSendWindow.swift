import NIOCore

/// How much may be unanswered on one connection that takes BDAT (RFC 3030): as much as its path needs, and no more.
///
/// What is unanswered is what a crash may double. So the window is ``least`` where answers come within a millisecond. Further
/// away it follows the path: as much as was unanswered when a message went out is what the path carried until its answer came,
/// and the share of that time which the way there and back takes tells how much is really on the way; the rest waits at the
/// server. The window is twice that, since it can only be seen to be too small when there is some more to see. It grows by two
/// messages with each answer, so it doubles once in a round trip at most, and shrinks by one.
///
/// A value without a clock: times are given.
struct SMTPSendWindow {
    /// A quantity of mail.
    struct Amount: Equatable {
        var messages: Int
        var bytes: Int
    }

    /// What has to be known of a message when its answer comes.
    struct Mark {
        fileprivate var time: NIODeadline
        /// All that was unanswered then, the message included.
        fileprivate var unanswered: Amount
    }

    /// Up to this round trip nothing is gained by more than ``least``.
    static let near = TimeAmount.milliseconds(1)
    /// The window never grows beyond this.
    static let most = Amount(messages: 4096, bytes: 16 << 20)

    let least: Amount
    private(set) var current: Amount
    /// The shortest time that any answer took: the round trip, as well as it can be seen from here.
    private(set) var roundTrip: TimeAmount?
    /// What was found to be on the way, at most, since ``roundBegan``, and in the round before: single answers tell too little.
    private var found = Amount(messages: 0, bytes: 0)
    private var foundBefore = Amount(messages: 0, bytes: 0)
    private var roundBegan = NIODeadline.uptimeNanoseconds(0)

    init(least: Amount) {
        self.least = Amount(messages: max(least.messages, 1), bytes: max(least.bytes, 1))
        current = self.least
    }

    /// How many messages more than the least may be unanswered.
    var growth: Int { current.messages - least.messages }

    /// How many messages of this size may go out now; none before there is room for half of the least window, so that many
    /// share one write.
    func room(unanswered: Amount, messageBytes: Int) -> Int {
        let messages = current.messages - unanswered.messages
        let bytes = current.bytes - unanswered.bytes
        guard messages >= least.messages - least.messages / 2, bytes >= least.bytes - least.bytes / 2 else { return 0 }
        return min(messages, max(bytes / max(messageBytes, 1), unanswered.messages == 0 ? 1 : 0))
    }

    /// Hears how long a command that went alone waited for its answer.
    mutating func heard(after time: TimeAmount) {
        guard time > .zero else { return }
        roundTrip = roundTrip.map { min($0, time) } ?? time
    }

    /// Notes that a message goes out; `unanswered` includes it.
    func mark(at now: NIODeadline, unanswered: Amount) -> Mark { Mark(time: now, unanswered: unanswered) }

    /// The answer to a message of so many bytes has come: the window may change.
    mutating func answered(_ mark: Mark, bytes: Int, at now: NIODeadline) {
        let time = now - mark.time
        heard(after: time)
        guard let roundTrip, time > .zero, roundTrip > Self.near else { return current = least }
        let share = Double(roundTrip.nanoseconds) / Double(time.nanoseconds)
        found.messages = max(found.messages, Int(Double(mark.unanswered.messages) * share))
        found.bytes = max(found.bytes, Int(Double(mark.unanswered.bytes) * share))
        current.messages = Self.step(
            current.messages, toward: 2 * max(found.messages, foundBefore.messages), by: 1,
            within: least.messages...max(Self.most.messages, least.messages))
        current.bytes = Self.step(
            current.bytes, toward: 2 * max(found.bytes, foundBefore.bytes), by: bytes,
            within: least.bytes...max(Self.most.bytes, least.bytes))
        if mark.time >= roundBegan {
            foundBefore = found
            found = Amount(messages: 0, bytes: 0)
            roundBegan = now
        }
    }

    private static func step(_ value: Int, toward goal: Int, by unit: Int, within limits: ClosedRange<Int>) -> Int {
        let next = goal > value ? min(goal, value + 2 * unit) : max(goal, value - unit)
        return min(max(next, limits.lowerBound), limits.upperBound)
    }
}
