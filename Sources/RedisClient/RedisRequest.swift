internal import NIOCore

/// A command on its way through a ``RedisRouter``, until its promise is kept.
struct RedisRequest {
    let command: RedisCommand
    /// The script to load if the server does not have it; nil if that is the caller's business.
    var script: RedisScript?
    let slot: Int
    let deadline: NIODeadline
    let promise: EventLoopPromise<RedisValue>
    /// Pauses made so far.
    private(set) var pauses = 0
    /// Redirections followed since the last pause.
    private var redirections = 0

    init(
        _ command: RedisCommand, script: RedisScript? = nil, slot: Int, deadline: NIODeadline,
        promise: EventLoopPromise<RedisValue>
    ) {
        self.command = command
        self.script = script
        self.slot = slot
        self.deadline = deadline
        self.promise = promise
    }

    /// Whether one more redirection is followed at once; servers that do not agree yet may send us in a circle.
    mutating func mayFollow() -> Bool {
        redirections += 1
        return redirections <= 4
    }

    /// How long to wait before trying again: longer each time, and a random part less.
    ///
    /// - Returns: nil if the time limit comes first.
    mutating func nextPause(now: NIODeadline, random: Double) -> TimeAmount? {
        let doubled = min(Int64(10) << Int64(min(pauses, 10)), 250)
        let pause = TimeAmount.microseconds(Int64(Double(doubled * 1000) * (1 - random / 2)))
        pauses += 1
        redirections = 0
        return now + pause < deadline ? pause : nil
    }
}
