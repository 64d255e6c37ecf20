import Delivery
import GRDB

extension DeliveryLedger {
    /// Books what came back about one delivery of the book.
    ///
    /// A soft bounce is a strike, whether the server said so at once or in a report; after Sent it has the message attempted again
    /// when the mailing's policy says, on the same licence, unless nothing of the mailing is sent any more.
    mutating func book(
        _ event: InboundEvent, of job: DeliveryJob.ID, policy: RetryPolicy, takesJobs: Bool, at now: UnixTime
    ) throws {
        guard let entry = try entry(of: job) else { return }
        var change = event.change(of: job, at: now)
        var delay: Duration?
        if change.outcome == .softBounced {
            var random = SystemRandomNumberGenerator()
            let delivery = DeliveryJob(
                id: job, attempts: UInt16(clamping: entry.attempts), strikes: UInt8(clamping: entry.strikes),
                address: "", fields: [])
            let classification = Classification(
                outcome: .softBounced, reason: change.reason, rule: change.rule,
                retryAfter: event.classification.retryAfter)
            switch policy.verdict(
                for: classification, job: delivery, phase: change.phase, reply: change.reply, now: now, using: &random)
            {
            case .settle(let end): (change.outcome, change.reason, change.rule) = (end.outcome, end.reason, end.rule)
            case .postpone(_, let time, _): delay = time
            case .giveBack: change.outcome = .queued
            }
        }
        let after = try book([change], of: job, on: entry)
        if entry.status.outcome == .sent, after.status.outcome == .softBounced, let delay, takesJobs {
            try redeliver(job, due: now + delay)
        }
    }

    /// Orders the queue to take up a delivery again.
    private mutating func redeliver(_ job: DeliveryJob.ID, due: UnixTime) throws {
        let statement = try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO redeliveries (mailing, ordinal, due) VALUES (?, ?, ?)")
        try statement.execute(arguments: [job.mailing.rawValue, job.ordinal, due.milliseconds])
        hasRedeliveries = true
        summary.redeliveries += 1
    }

    /// The attempt was made, or will not be.
    func endRedelivery(of job: DeliveryJob.ID) throws {
        let statement = try db.cachedStatement(sql: "DELETE FROM redeliveries WHERE mailing = ? AND ordinal = ?")
        try statement.execute(arguments: [job.mailing.rawValue, job.ordinal])
    }
}

extension InboundEvent {
    /// The line that it is in the history of a delivery.
    ///
    /// What says nothing of a status is Queued, which moves none in these phases. A message that a relay gave up is in nobody's
    /// hands any more, whatever the last words were: what would be Deferred is a soft bounce.
    fileprivate func change(of job: DeliveryJob.ID, at now: UnixTime) -> StatusChange {
        let outcome: Outcome =
            switch classification.outcome {
            case .sent, .unsubscribed, .rejected, .spam, .bounced: classification.outcome ?? .queued
            case .softBounced, .deferred: .softBounced
            case .queued, .invalid, .duplicated, nil: .queued
            }
        let isReport = outcome == .softBounced || !phase.isAfterwards
        return StatusChange(
            job: job, time: min(time, now), outcome: outcome, reason: classification.reason, rule: classification.rule,
            phase: isReport ? .dsn : phase, attempt: 0, reply: reply)
    }
}
