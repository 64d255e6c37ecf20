import Delivery
import GRDB

/// Writes status changes within one transaction: deliveries, histories, tallies, licences, suppressions.
///
/// Sums are gathered and written once, by ``finish()``. Statements are the connection's cached ones.
struct DeliveryLedger {
    /// What a batch changed in one mailing.
    fileprivate struct Delta {
        var tally = [Int](repeating: 0, count: Outcome.allCases.count)
        var attempts = 0
        var reserved = 0
        var charged = 0
        var chargedLate = 0
        var released = 0
        var first = Int64.max
        var last = Int64.min
    }

    /// A delivery as it stands in the book.
    struct Entry {
        var contact: Int64
        var status: DeliveryStatus
        var reason: String
        var attempts: Int
        var strikes: Int
        var events: Int
        var licence: Licence
        var changedAt: Int64
        var firstAttempt: Int64?
    }

    let db: Database
    private let select: RawStatement
    private let update: RawStatement
    private let hold: RawStatement
    private let append: RawStatement
    private var deltas: [UInt32: Delta] = [:]
    var summary = BookingSummary()
    let now: UnixTime
    /// Whether there are orders or bounces that the next result of their delivery changes; hardly ever, so most results cost no look.
    var hasRedeliveries: Bool
    var hasEarlyBounces: Bool
    var terms: [MailingID: InboundTerms] = [:]

    init(_ db: Database, at now: UnixTime) throws {
        self.db = db
        self.now = now
        let exist = try db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM redeliveries), EXISTS (SELECT 1 FROM early_bounces)")
        let row = try Row.fetchOne(exist)
        hasRedeliveries = row?[0] ?? false
        hasEarlyBounces = row?[1] ?? false
        select = try RawStatement(
            db,
            sql: """
                SELECT contact, outcome, reason, attempts, strikes, events, licence, changed_at,
                    first_attempt, held
                FROM deliveries WHERE mailing = ? AND ordinal = ?
                """)
        update = try RawStatement(
            db,
            sql: """
                UPDATE deliveries SET outcome = ?, reason = ?, attempts = ?, strikes = ?, events = ?, licence = ?,
                    changed_at = ?, first_attempt = ? WHERE mailing = ? AND ordinal = ?
                """)
        // Apart from the other columns, so that what is hardly ever held costs no look at the index of what is.
        hold = try RawStatement(db, sql: "UPDATE deliveries SET held = ? WHERE mailing = ? AND ordinal = ?")
        append = try RawStatement(
            db,
            sql: """
                INSERT INTO history (mailing, ordinal, number, at, outcome, reason, rule, phase, attempt, reply)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
    }

    /// Books changes, those of one delivery in the order given.
    mutating func book(_ changes: [StatusChange]) throws {
        // By place in the book, so that neighbouring pages are written together; the index keeps equal places in order.
        let order = changes.indices.map {
            (UInt64(changes[$0].job.mailing.rawValue) << 32 | UInt64(changes[$0].job.ordinal), $0)
        }
        .sorted { $0 < $1 }
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, order[end].0 == order[start].0 { end += 1 }
            try book(order[start..<end].lazy.map { changes[$0.1] }, of: changes[order[start].1].job)
            start = end
        }
    }

    /// Books the changes of one delivery.
    private mutating func book(_ changes: some Sequence<StatusChange>, of job: DeliveryJob.ID) throws {
        guard let entry = try entry(of: job) else {
            for _ in changes { summary.unknown += 1 }
            return
        }
        try book(changes, of: job, on: entry)
    }

    /// Books changes of one delivery as it stands in the book; answers how it stands afterwards.
    @discardableResult
    mutating func book(_ changes: some Sequence<StatusChange>, of job: DeliveryJob.ID, on before: Entry) throws -> Entry
    {
        var entry = before
        var isAttempted = false
        var hasStruckOut = false
        var sent: StatusChange?
        var delta = deltas[job.mailing.rawValue] ?? Delta()
        for var change in changes {
            hasStruckOut = end(&change, ifLastStrikeOf: entry) || hasStruckOut
            try note(change, number: entry.events)
            entry.absorb(change)
            if change.outcome == .sent, entry.licence != .charged {
                if entry.licence != .reserved { delta.chargedLate += 1 }
                entry.licence = .charged
            }
            isAttempted = isAttempted || change.attempt > 0
            if change.outcome == .sent { sent = change }
            if change.suppressesAddress {
                try suppress(contact: entry.contact, change)
            }
            delta.first = min(delta.first, change.time.milliseconds)
            delta.last = max(delta.last, change.time.milliseconds)
            summary.booked += 1
        }
        if entry.status.outcome.isPermanent, entry.licence == .reserved { entry.licence = .released }
        try write(entry, of: job)
        if entry.status.held != before.status.held { try mark(entry, of: job) }

        delta.tally[Int(before.status.outcome.rawValue)] -= 1
        delta.tally[Int(entry.status.outcome.rawValue)] += 1
        delta.attempts += entry.attempts - before.attempts
        delta.count(before.licence, by: -1)
        delta.count(entry.licence, by: 1)
        deltas[job.mailing.rawValue] = delta
        // Attempted, over, or held: the queue, or the book alone, knows all that is to be known of it.
        if hasRedeliveries, !before.status.outcome.isPermanent,
            isAttempted || entry.status.outcome.isPermanent || entry.status.held != nil
        {
            try endRedelivery(of: job)
        }
        if hasStruckOut { try callOff(job, after: .zero) }
        guard let sent else { return entry }
        if before.status.outcome == .softBounced { entry = try bindBounce(to: sent, before: before, on: entry) }
        if hasEarlyBounces { entry = try bookEarlyBounces(after: sent, on: entry) }
        return entry
    }

    func entry(of job: DeliveryJob.ID) throws -> Entry? {
        select.bind(job.mailing.rawValue, at: 1)
        select.bind(job.ordinal, at: 2)
        guard try select.step() else { return nil }
        defer { select.reset() }
        let reason = select.text(2)
        return Entry(
            contact: select.int64(0),
            status: DeliveryStatus(
                outcome: Outcome(rawValue: UInt8(clamping: select.int(1))) ?? .queued,
                isComplaint: reason == Reason.complaint.rawValue,
                held: HoldKind(rawValue: UInt8(clamping: select.int(9)))),
            reason: reason, attempts: select.int(3), strikes: select.int(4), events: select.int(5),
            licence: Licence(rawValue: select.int(6)) ?? .none, changedAt: select.int64(7),
            firstAttempt: select.isNull(8) ? nil : select.int64(8))
    }

    private func note(_ change: StatusChange, number: Int) throws {
        append.bind(change.job.mailing.rawValue, at: 1)
        append.bind(change.job.ordinal, at: 2)
        append.bind(number, at: 3)
        append.bind(change.time.milliseconds, at: 4)
        append.bind(change.outcome.rawValue, at: 5)
        append.bind(change.reason.rawValue, at: 6)
        append.bind(change.rule, at: 7)
        append.bind(change.phase.code, at: 8)
        append.bind(change.attempt, at: 9)
        append.bind(change.reply, at: 10)
        try append.run()
        try MailingResponses.count(db, change, number: number)
    }

    private func write(_ entry: Entry, of job: DeliveryJob.ID) throws {
        update.bind(entry.status.outcome.rawValue, at: 1)
        update.bind(entry.reason, at: 2)
        update.bind(entry.attempts, at: 3)
        update.bind(entry.strikes, at: 4)
        update.bind(entry.events, at: 5)
        update.bind(entry.licence.rawValue, at: 6)
        update.bind(entry.changedAt, at: 7)
        if let firstAttempt = entry.firstAttempt { update.bind(firstAttempt, at: 8) } else { update.bindNull(at: 8) }
        update.bind(job.mailing.rawValue, at: 9)
        update.bind(job.ordinal, at: 10)
        try update.run()
    }

    private func mark(_ entry: Entry, of job: DeliveryJob.ID) throws {
        hold.bind(entry.status.held?.rawValue ?? 0, at: 1)
        hold.bind(job.mailing.rawValue, at: 2)
        hold.bind(job.ordinal, at: 3)
        try hold.run()
    }

    private mutating func suppress(contact: Int64, _ change: StatusChange) throws {
        let key = try Suppression.add(
            db, contact: contact, outcome: change.outcome, reason: change.reason, at: change.time)
        if let key { summary.suppressed.append(.init(key: key, outcome: change.outcome, reason: change.reason)) }
    }

    /// Writes the sums, and sees which mailings came to their end; no changes may be booked afterwards.
    mutating func finish() throws -> BookingSummary {
        for (mailing, delta) in deltas.sorted(by: { $0.key < $1.key }) {
            for (outcome, count) in delta.tally.enumerated() where count != 0 {
                try Self.tally(db, mailing: mailing, outcome: outcome, by: count)
            }
            let sums = try db.cachedStatement(
                sql: """
                    UPDATE mailings SET attempts = attempts + ?1, reserved = reserved + ?2, charged = charged + ?3,
                        charged_late = charged_late + ?4, released = released + ?5,
                        first_at = min(ifnull(first_at, ?6), ?6), last_at = max(ifnull(last_at, ?7), ?7)
                    WHERE id = ?8
                    """)
            try sums.execute(
                arguments: [
                    delta.attempts, delta.reserved, delta.charged, delta.chargedLate, delta.released, delta.first,
                    delta.last, mailing,
                ])
            summary.chargedLate += delta.chargedLate
            switch try MailingState.settle(db, mailing: MailingID(rawValue: mailing), at: now) {
            case .finished: summary.finished.append(MailingID(rawValue: mailing))
            case .reopened: summary.reopened.append(MailingID(rawValue: mailing))
            case nil: break
            }
        }
        return summary
    }

    /// Changes the running count of an outcome in a mailing.
    static func tally(_ db: Database, mailing: UInt32, outcome: Int, by count: Int) throws {
        // Not an upsert: its insertion half would fail the check on a negative count.
        let change = try db.cachedStatement(
            sql: "UPDATE tallies SET count = count + ? WHERE mailing = ? AND outcome = ?")
        try change.execute(arguments: [count, mailing, outcome])
        if db.changesCount == 0 {
            try db.execute(
                sql: "INSERT INTO tallies (mailing, outcome, count) VALUES (?, ?, ?)",
                arguments: [mailing, outcome, count])
        }
    }
}

extension DeliveryLedger.Delta {
    /// Counts deliveries that enter (1) or leave (-1) a state of their licence.
    fileprivate mutating func count(_ licence: Licence, by change: Int) {
        switch licence {
        case .none: break
        case .reserved: reserved += change
        case .charged: charged += change
        case .released: released += change
        }
    }
}

extension DeliveryLedger.Entry {
    /// Takes in one change: status, attempts, strikes, times.
    fileprivate mutating func absorb(_ change: StatusChange) {
        events += 1
        if status.absorb(change.outcome, change.reason, phase: change.phase) {
            reason = change.reason.rawValue
            changedAt = change.time.milliseconds
        }
        attempts = max(attempts, Int(change.attempt))
        if change.isStrike { strikes += 1 }
        if change.attempt > 0, firstAttempt == nil { firstAttempt = change.time.milliseconds }
    }
}

extension StatusChange {
    /// Whether the address is kept from other mailings: it is dead, or its owner said no.
    fileprivate var suppressesAddress: Bool {
        outcome.isPermanent && (reason.suppressesAddress || (outcome == .unsubscribed && phase.isAfterwards))
    }
}
