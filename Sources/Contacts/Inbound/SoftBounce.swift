import Delivery
import GRDB

/// A report that a message came back for now.
struct SoftBounce {
    /// By how much the clocks of the machine that sent and of the one that heard of the bounce may differ.
    static let tolerance = Duration.seconds(60)

    /// The line that it is in the history.
    var change: StatusChange
    /// The delay that the server named.
    var delay: Duration?

    /// The line that says it and changes nothing.
    var note: StatusChange {
        var note = change
        note.outcome = .queued
        return note
    }
}

extension RetryPolicy {
    /// What becomes of a delivery whose message came back: a delay until the next attempt, or the end by too many strikes.
    func verdict(after bounce: SoftBounce, attempts: Int, strikes: Int, at now: UnixTime) -> (
        delay: Duration?, end: StatusChange?
    ) {
        let job = DeliveryJob(
            id: bounce.change.job, attempts: UInt16(clamping: attempts), strikes: UInt8(clamping: strikes), address: "",
            fields: [])
        let classification = Classification(
            outcome: .softBounced, reason: bounce.change.reason, rule: bounce.change.rule, retryAfter: bounce.delay)
        var random = SystemRandomNumberGenerator()
        switch verdict(
            for: classification, job: job, phase: bounce.change.phase, reply: bounce.change.reply, now: now,
            using: &random)
        {
        case .postpone(_, let delay, _): return (delay, nil)
        case .giveBack: return (.zero, nil)
        case .settle(let end):
            var change = bounce.change
            (change.outcome, change.reason, change.rule) = (end.outcome, end.reason, end.rule)
            return (nil, change)
        }
    }
}

extension DeliveryLedger {
    /// Keeps a soft bounce until the Sent that it is about is booked.
    mutating func note(early bounce: SoftBounce) throws {
        let change = bounce.change
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO early_bounces (mailing, ordinal, at, taken, reason, rule, reply, delay)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            change.job.mailing.rawValue, change.job.ordinal, change.time.milliseconds, now.milliseconds,
            change.reason.rawValue, change.rule, change.reply, bounce.delay?.wholeMilliseconds,
        ])
        hasEarlyBounces = true
    }

    /// Takes out the soft bounces that are kept for a delivery, in the order in which they came.
    func takeEarlyBounces(of job: DeliveryJob.ID) throws -> [SoftBounce] {
        let select = try db.cachedStatement(
            sql: "\(SoftBounce.select) WHERE mailing = ? AND ordinal = ? ORDER BY id")
        let bounces = try Row.fetchAll(select, arguments: [job.mailing.rawValue, job.ordinal]).map(
            SoftBounce.init(row:))
        guard !bounces.isEmpty else { return [] }
        let delete = try db.cachedStatement(sql: "DELETE FROM early_bounces WHERE mailing = ? AND ordinal = ?")
        try delete.execute(arguments: [job.mailing.rawValue, job.ordinal])
        return bounces
    }

    /// Books as notes the soft bounces that were taken in before a time and whose Sent never came.
    mutating func noteEarlyBounces(takenBefore time: UnixTime) throws {
        let statement = try db.cachedStatement(sql: "\(SoftBounce.select) WHERE taken < ? ORDER BY id")
        let bounces = try Row.fetchAll(statement, arguments: [time.milliseconds]).map(SoftBounce.init(row:))
        try db.execute(sql: "DELETE FROM early_bounces WHERE taken < ?", arguments: [time.milliseconds])
        try book(bounces.map(\.note))
    }
}

extension SoftBounce {
    fileprivate static let select = "SELECT mailing, ordinal, at, reason, rule, reply, delay FROM early_bounces"

    fileprivate init(row: Row) {
        change = StatusChange(
            job: DeliveryJob.ID(mailing: MailingID(rawValue: row[0]), ordinal: row[1]),
            time: UnixTime(milliseconds: row[2]), outcome: .softBounced, reason: Reason(rawValue: row[3]), rule: row[4],
            phase: .dsn, attempt: 0, reply: row[5])
        delay = (row[6] as Int64?).map { .milliseconds($0) }
    }
}
