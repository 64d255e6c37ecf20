import Delivery
import GRDB

// Of an attempt in doubt a soft bounce is the answer, as far as anybody knows when it comes: a strike is booked, and the attempt that
// is waiting follows. But results may be told late. If it turns out that the message had been accepted by then once more, or that its
// owner knows that it had arrived, the bounce is about what was Sent, which is in nobody's hands any more.
extension StatusChange {
    /// The rule under which a soft bounce is booked that was taken for another answer: no further strike.
    private static let boundAgain = "N4"

    /// Whether it is one soft bounce more.
    var isStrike: Bool { Self.isStrike(outcome, reason, rule: rule) }

    static func isStrike(_ outcome: Outcome, _ reason: Reason, rule: String) -> Bool {
        (outcome == .softBounced && rule != boundAgain) || reason == .softBounceLimit
    }

    /// The line by which a soft bounce is about a later attempt.
    fileprivate func boundAgain() -> StatusChange {
        var change = self
        change.rule = Self.boundAgain
        return change
    }
}

extension DeliveryLedger {
    /// Books that a soft bounce is about a message that has been booked as Sent after it, if it is, and has it attempted again.
    ///
    /// - Parameters:
    ///   - before: the delivery before it was Sent.
    ///   - entry: the delivery as it is Sent.
    mutating func bindBounce(to sent: StatusChange, before: Entry, on entry: Entry) throws -> Entry {
        guard before.status.outcome == .softBounced, entry.status.outcome == .sent,
            sent.time.milliseconds <= before.changedAt || sent.reason == .confirmedByOwner,
            let bounce = try answer(toDoubtOf: sent.job), bounce.time.milliseconds == before.changedAt
        else { return entry }
        let terms = try terms(of: sent.job.mailing)
        var after = try book([bounce.boundAgain()], of: sent.job, on: entry)
        // Its strike is counted already, and was not the last.
        let verdict = terms.policy.verdict(
            after: SoftBounce(change: bounce, delay: nil), attempts: entry.attempts, strikes: entry.strikes - 1, at: now
        )
        if terms.takesJobs, let delay = verdict.delay {
            try redeliver(sent.job, due: now + delay)
            after.firstAttempt = nil
        }
        return after
    }

    /// The last soft bounce of a delivery, if it came back while it was in doubt what had become of an attempt.
    private func answer(toDoubtOf job: DeliveryJob.ID) throws -> StatusChange? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT number, at, reason, rule, phase, reply FROM history
                WHERE mailing = ? AND ordinal = ? AND outcome = ? ORDER BY number DESC LIMIT 1
                """)
        let arguments: StatementArguments = [job.mailing.rawValue, job.ordinal, Outcome.softBounced.rawValue]
        guard let row = try Row.fetchOne(statement, arguments: arguments), DeliveryPhase(code: row[4]) == .dsn else {
            return nil
        }
        let earlier = try db.cachedStatement(
            sql: """
                SELECT reason FROM history WHERE mailing = ? AND ordinal = ? AND number < ? AND NOT (outcome = 0 AND phase IN (10, 11, 12))
                ORDER BY number DESC LIMIT 1
                """)
        let number: Int = row[0]
        let reason = try String.fetchOne(earlier, arguments: [job.mailing.rawValue, job.ordinal, number])
        guard let reason, [.inDoubt, .inDoubtHeld].contains(Reason(rawValue: reason)) else { return nil }
        return StatusChange(
            job: job, time: UnixTime(milliseconds: row[1]), outcome: .softBounced, reason: Reason(rawValue: row[2]),
            rule: row[3], phase: .dsn, attempt: 0, reply: row[5])
    }
}
