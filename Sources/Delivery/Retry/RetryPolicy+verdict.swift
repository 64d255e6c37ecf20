extension RetryPolicy {
    /// Decides what becomes of a job whose attempt was classified, by the rows X1 and X2 of the table of outcomes.
    ///
    /// - A permanent outcome settles the job. The third soft bounce settles it as Bounced (X2); a deferral, or a message
    ///   in doubt, at or after ``maximumAge`` settles it as Bounced (X1). Both keep the server's last words.
    /// - Otherwise it is postponed: by the schedule, or by the delay that the server named. A scheduled delay is jittered
    ///   both ways, a named one only upward. A deferral never goes beyond the maximum age: its last attempt falls on it.
    /// - A local fault, or a reply that decides nothing, gives it back without charging an attempt.
    public func verdict(
        for classification: Classification, job: DeliveryJob, phase: DeliveryPhase, reply: String, now: UnixTime,
        using random: inout some RandomNumberGenerator
    ) -> Verdict {
        guard let outcome = classification.outcome, classification.reason != .localFault else { return .giveBack }
        let attempt = job.attempts == .max ? .max : job.attempts + 1
        var change = StatusChange(
            job: job.id, time: now, outcome: outcome, reason: classification.reason, rule: classification.rule,
            phase: phase, attempt: attempt, reply: reply)
        guard !outcome.isPermanent else { return .settle(change) }

        var next = job
        next.attempts = attempt
        next.isInDoubt = classification.reason == .inDoubt
        let firstAttempt = job.firstAttempt ?? now
        next.firstAttempt = firstAttempt
        let delay: Duration
        if outcome == .softBounced {
            guard job.strikes < Self.strikeLimit - 1 else {
                change.end(.softBounceLimit, rule: "X2")
                return .settle(change)
            }
            next.strikes += 1
            delay = self.delay(
                after: Int(job.strikes), in: softBounced, named: classification.retryAfter, using: &random)
        } else {
            let remaining = maximumAge - (now - firstAttempt)
            guard remaining > .zero else {
                change.end(.expired, rule: "X1")
                return .settle(change)
            }
            let deferrals = max(0, Int(job.attempts) - Int(job.strikes))
            delay = min(
                self.delay(after: deferrals, in: deferred, named: classification.retryAfter, using: &random), remaining)
        }
        return .postpone(change, delay: delay, job: next)
    }

    /// The jittered delay after so many earlier failures of the same kind, in whole milliseconds and at least one.
    private func delay(
        after failures: Int, in schedule: [Duration], named: Duration?, using random: inout some RandomNumberGenerator
    ) -> Duration {
        let base = named ?? schedule[min(failures, schedule.count - 1)]
        let spread = jitter > 0 ? Double.random(in: (named == nil ? -jitter : 0)...jitter, using: &random) : 0
        return .milliseconds(max(1, Int64((Double(base.wholeMilliseconds) * (1 + spread)).rounded())))
    }
}

extension StatusChange {
    /// Turns a temporary outcome into the end of the road.
    fileprivate mutating func end(_ reason: Reason, rule: String) {
        outcome = .bounced
        self.reason = reason
        self.rule = rule
    }
}
