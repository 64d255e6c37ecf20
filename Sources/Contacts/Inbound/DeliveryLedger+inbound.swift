import Delivery
import GRDB

extension DeliveryLedger {
    /// How long the queue may go on with a delivery that is over: a worker may have a result of it that is not told yet.
    static let callOffDelay = Duration.seconds(30)

    /// Books what came back about one delivery of the book.
    mutating func book(_ event: InboundEvent, of job: DeliveryJob.ID) throws {
        guard let entry = try entry(of: job) else { return }
        let change = event.change(of: job, at: now)
        if change.outcome == .softBounced {
            _ = try book(SoftBounce(change: change, delay: event.classification.retryAfter), on: entry)
            return
        }
        let after = try book([change], of: job, on: entry)
        // The queue has it still: it was attempted before, and nobody heard that the message had arrived.
        if !entry.status.outcome.isPermanent, after.status.outcome.isPermanent, entry.isInQueue { try callOff(job) }
    }

    /// Books a soft bounce, which after Sent has the message attempted again by the mailing's policy, on the same licence.
    ///
    /// It is a strike, whether the server said so at once or in a report. Before Sent it waits for it: reports may be quicker than
    /// results. Further reports about an attempt that came back already are notes.
    private mutating func book(_ bounce: SoftBounce, on entry: Entry) throws -> Entry {
        var change = bounce.change
        let status = entry.status
        guard status.outcome == .sent || status.isInDoubt(entry.reason) else {
            if !status.outcome.isPermanent, entry.isInQueue, try !isToBeRedelivered(change.job, after: change.time) {
                try note(early: bounce)
                return entry
            }
            change.outcome = .queued
            return try book([change], of: change.job, on: entry)
        }
        let terms = try terms(of: change.job.mailing)
        let verdict = terms.policy.verdict(after: bounce, attempts: entry.attempts, strikes: entry.strikes, at: now)
        if let end = verdict.end { change = end }
        var after = try book([change], of: change.job, on: entry)
        if let delay = verdict.delay {
            if status.outcome == .sent, terms.takesJobs {
                try redeliver(change.job, due: now + delay)
                after.firstAttempt = nil
            }
        } else if status.outcome != .sent {
            try callOff(change.job)
        }
        return after
    }

    /// Books the soft bounces that were quicker than the Sent that they are about.
    mutating func bookEarlyBounces(after sent: StatusChange, on entry: Entry) throws -> Entry {
        var entry = entry
        for bounce in try takeEarlyBounces(of: sent.job) {
            // When its owner decided says nothing of when it was sent.
            if sent.reason == .confirmedByOwner || sent.time <= bounce.change.time + SoftBounce.tolerance {
                entry = try book(bounce, on: entry)
            } else {
                // About an attempt before this one, whose result nobody heard.
                entry = try book([bounce.note], of: sent.job, on: entry)
            }
        }
        return entry
    }

    mutating func terms(of mailing: MailingID) throws -> InboundTerms {
        if let known = terms[mailing] { return known }
        let found = try InboundTerms(db, of: mailing)
        terms[mailing] = found
        return found
    }

    /// Ends a delivery at the soft bounce of an attempt that is one too many; answers whether it did.
    ///
    /// As a rule the worker does that. But it knows of no strike that the book took in by a report, or from a Redis that came back older,
    /// while the job was in the queue: then it has put the job aside once more, and that is called off.
    func end(_ change: inout StatusChange, ifLastStrikeOf entry: Entry) -> Bool {
        guard change.outcome == .softBounced, change.attempt > 0, !entry.status.outcome.isPermanent,
            entry.strikes >= RetryPolicy.strikeLimit - 1
        else { return false }
        (change.outcome, change.reason, change.rule) = (.bounced, .softBounceLimit, "X2")
        return true
    }

    /// Orders the queue to take up a delivery again.
    mutating func redeliver(_ job: DeliveryJob.ID, due: UnixTime) throws {
        let statement = try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO redeliveries (mailing, ordinal, due) VALUES (?, ?, ?)")
        try statement.execute(arguments: [job.mailing.rawValue, job.ordinal, due.milliseconds])
        // Patience with a server that defers begins anew, as it does in the queue: the first attempt may be days ago.
        let renew = try db.cachedStatement(
            sql: "UPDATE deliveries SET first_attempt = NULL WHERE mailing = ? AND ordinal = ?")
        try renew.execute(arguments: [job.mailing.rawValue, job.ordinal])
        // It was over a moment ago, perhaps: nothing of it is to be dropped any more.
        let keep = try db.cachedStatement(sql: "DELETE FROM call_offs WHERE mailing = ? AND ordinal = ?")
        try keep.execute(arguments: [job.mailing.rawValue, job.ordinal])
        hasRedeliveries = true
        summary.redeliveries += 1
    }

    /// Whether the attempt that is ordered cannot have been made at a time.
    private func isToBeRedelivered(_ job: DeliveryJob.ID, after time: UnixTime) throws -> Bool {
        guard hasRedeliveries else { return false }
        let statement = try db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM redeliveries WHERE mailing = ? AND ordinal = ? AND due > ?)")
        return try Bool.fetchOne(statement, arguments: [job.mailing.rawValue, job.ordinal, time.milliseconds]) ?? false
    }

    /// The attempt was made, or will not be.
    func endRedelivery(of job: DeliveryJob.ID) throws {
        let statement = try db.cachedStatement(sql: "DELETE FROM redeliveries WHERE mailing = ? AND ordinal = ?")
        try statement.execute(arguments: [job.mailing.rawValue, job.ordinal])
    }

    /// Orders the queue to drop what it has of a delivery that is over, at once or when no worker can have a result any more.
    func callOff(_ job: DeliveryJob.ID, after delay: Duration = Self.callOffDelay) throws {
        let statement = try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO call_offs (mailing, ordinal, due) VALUES (?, ?, ?)")
        try statement.execute(arguments: [
            job.mailing.rawValue, job.ordinal, (now + delay).milliseconds,
        ])
    }
}

extension DeliveryLedger.Entry {
    /// Whether the queue may have a job of it, if its outcome is temporary.
    fileprivate var isInQueue: Bool { licence == .reserved || licence == .charged }
}

extension DeliveryStatus {
    /// Whether it waits for an attempt because nobody knows what became of the last one; a report that comes then is about that.
    fileprivate func isInDoubt(_ reason: String) -> Bool {
        !outcome.isPermanent && (held == .inDoubt || reason == Reason.inDoubt.rawValue)
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
