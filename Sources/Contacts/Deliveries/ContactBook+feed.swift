public import Delivery
import GRDB

extension ContactBook {
    /// Reserves licences for the next deliveries of a mailing and answers them as jobs, in one transaction.
    ///
    /// A delivery whose licence is reserved already keeps it, so the same range may be asked for again. A contact that was
    /// suppressed meanwhile gets its outcome here and is not fed. When the licences run out, the run is shorter and the
    /// mailing waits; the next call that finds some lets it run again. What is held is answered apart from the jobs.
    /// - Parameters:
    ///   - ordinal: where the run begins; at most the mailing's `fed`.
    ///   - limit: how many ordinals it covers at most.
    ///   - fieldNames: the merge fields that the message uses, in its order; `email` is the address.
    /// - Throws: ``ContactBookError`` with code `wrongState` unless the mailing runs or waits, `badArgument` for a gap.
    public func reserveBatch(
        mailing id: MailingID, from ordinal: UInt32, limit: Int, fieldNames: [String], at now: UnixTime
    ) async throws -> FeedBatch {
        let selection = MergeFields.Selection(names: fieldNames)
        return try await write { db in
            let mailing = try Self.mailing(db, id)
            guard mailing.state == .running || mailing.state == .waiting, let audience = mailing.audience else {
                throw Self.wrongState(mailing, to: "feed")
            }
            guard ordinal <= mailing.fed else {
                throw ContactBookError(
                    .badArgument,
                    "Mailing \(id) is fed up to \(mailing.fed): a batch from \(ordinal) would leave a gap.")
            }
            var batch = FeedBatch(mailing: id, firstOrdinal: ordinal)
            let end = min(audience, Int(ordinal) + max(0, limit))
            let suppressed = try Self.fill(
                &batch, to: UInt32(end), selection: selection, available: Self.licenceSummary(db).available, db: db)
            try Self.settle(suppressed, db: db, at: now)
            try Self.reserve(batch, db: db, at: now)

            let state: MailingState = batch.licencesExhausted ? .waiting : .running
            if state != mailing.state { try MailingState.set(state, db, mailing: id, finished: nil) }
            _ = try MailingState.settle(db, mailing: id, at: now)
            return batch
        }
    }

    /// The jobs of a mailing that are held, for a Redis that does not know of them any more; whatever the mailing's state.
    public func heldJobs(mailing id: MailingID, fieldNames: [String]) async throws -> [FeedBatch.Held] {
        let selection = MergeFields.Selection(names: fieldNames)
        return try await read { db in
            let ordinals = try UInt32.fetchAll(
                db,
                sql: "SELECT ordinal FROM deliveries INDEXED BY deliveries_held WHERE mailing = ? AND held <> 0",
                arguments: [id.rawValue])
            var jobs: [FeedBatch.Held] = []
            for ordinal in ordinals {
                try Self.eachOpen(db, mailing: id, from: ordinal, to: ordinal + 1) { row in
                    if let kind = HoldKind(rawValue: UInt8(clamping: row.int(Column.held))) {
                        jobs.append(
                            FeedBatch.Held(entry: Self.entry(row, mailing: id, selection: selection), kind: kind))
                    }
                    return true
                }
            }
            return jobs
        }
    }

    /// Places in the rows of ``eachOpen(_:mailing:from:to:body:)``.
    private enum Column {
        static let ordinal: Int32 = 0
        static let licence: Int32 = 1
        static let attempts: Int32 = 2
        static let strikes: Int32 = 3
        static let firstAttempt: Int32 = 4
        static let address: Int32 = 5
        static let lane: Int32 = 6
        static let fields: Int32 = 7
        static let suppressedOutcome: Int32 = 8
        static let suppressedReason: Int32 = 9
        static let held: Int32 = 10
    }

    private static let cameBack =
        "EXISTS (SELECT 1 FROM redeliveries r WHERE r.mailing = d.mailing AND r.ordinal = d.ordinal)"

    /// Goes through the deliveries of a range that have a temporary outcome, until the body says no.
    ///
    /// - Parameter cameBack: only those that came back after they had been Sent. Else these are left out: they go into the queue on
    ///   their own, to be attempted when they are due.
    static func eachOpen(
        _ db: Database, mailing: MailingID, from first: UInt32, to end: UInt32, cameBack: Bool = false,
        body: (RawStatement) throws -> Bool
    ) throws {
        let rows = try RawStatement(
            db,
            sql: """
                SELECT d.ordinal, d.licence, d.attempts, d.strikes, d.first_attempt, c.address, c.lane, c.fields,
                    s.outcome, s.reason, d.held
                FROM deliveries d CROSS JOIN contacts c ON c.id = d.contact
                LEFT JOIN suppressions s ON s.key = c.key
                WHERE d.mailing = ? AND d.ordinal >= ? AND d.ordinal < ? AND d.outcome IN (0, 8, 9)
                    AND \(cameBack ? Self.cameBack : "(d.events = 0 OR NOT \(Self.cameBack))")
                ORDER BY d.ordinal
                """)
        rows.bind(mailing.rawValue, at: 1)
        rows.bind(first, at: 2)
        rows.bind(end, at: 3)
        defer { rows.reset() }
        while try rows.step() {
            guard try body(rows) else { break }
        }
    }

    /// Fills a batch with the open deliveries up to an ordinal, as far as the licences reach; answers who is suppressed.
    private static func fill(
        _ batch: inout FeedBatch, to end: UInt32, selection: MergeFields.Selection, available: Int, db: Database
    ) throws -> [(job: DeliveryJob.ID, outcome: Outcome, reason: Reason)] {
        var available = available
        var suppressed: [(DeliveryJob.ID, Outcome, Reason)] = []
        batch.nextOrdinal = end
        batch.jobs.reserveCapacity(Int(end - min(end, batch.firstOrdinal)))
        let mailing = batch.mailing
        try eachOpen(db, mailing: mailing, from: batch.firstOrdinal, to: end) { row in
            let licence = Licence(rawValue: row.int(Column.licence)) ?? .none
            let job = DeliveryJob.ID(mailing: mailing, ordinal: UInt32(clamping: row.int(Column.ordinal)))
            if let kind = HoldKind(rawValue: UInt8(clamping: row.int(Column.held))) {
                batch.held.append(
                    FeedBatch.Held(entry: entry(row, mailing: mailing, selection: selection), kind: kind))
                return true
            }
            // Whoever was fed before, too: this may be a Redis that lost its data being fed again.
            if let suppression = suppression(row) {
                suppressed.append((job, suppression.outcome, suppression.reason))
                return true
            }
            if licence == .none {
                guard available > 0 else {
                    batch.licencesExhausted = true
                    batch.nextOrdinal = job.ordinal
                    return false
                }
                available -= 1
            }
            batch.jobs.append(entry(row, mailing: mailing, selection: selection))
            return true
        }
        batch.suppressed = suppressed.count
        return suppressed
    }

    /// Why a contact's address is on the suppression list, if it is.
    static func suppression(_ row: RawStatement) -> (outcome: Outcome, reason: Reason)? {
        guard !row.isNull(Column.suppressedOutcome),
            let outcome = Outcome(rawValue: UInt8(clamping: row.int(Column.suppressedOutcome)))
        else { return nil }
        return (outcome, Reason(rawValue: row.text(Column.suppressedReason)))
    }

    static func entry(_ row: RawStatement, mailing: MailingID, selection: MergeFields.Selection)
        -> FeedBatch.Entry
    {
        let address = row.text(Column.address)
        let firstAttempt =
            row.isNull(Column.firstAttempt) ? nil : UnixTime(milliseconds: row.int64(Column.firstAttempt))
        let fields =
            selection.isEmpty
            ? [] : row.withBytes(Column.fields) { selection.values(in: $0, address: address) }
        let job = DeliveryJob(
            id: DeliveryJob.ID(mailing: mailing, ordinal: UInt32(clamping: row.int(Column.ordinal))),
            attempts: UInt16(clamping: row.int(Column.attempts)), strikes: UInt8(clamping: row.int(Column.strikes)),
            firstAttempt: firstAttempt, address: address, fields: fields)
        return FeedBatch.Entry(job: job, lane: row.text(Column.lane))
    }

    /// Gives suppressed contacts the outcome that put them on the list.
    static func settle(
        _ suppressed: [(job: DeliveryJob.ID, outcome: Outcome, reason: Reason)], db: Database, at now: UnixTime
    ) throws {
        guard !suppressed.isEmpty else { return }
        var ledger = try DeliveryLedger(db, at: now)
        try ledger.book(
            suppressed.map {
                StatusChange(
                    job: $0.job, time: now, outcome: $0.outcome, reason: $0.reason, rule: "L3", phase: .local,
                    attempt: 0, reply: "")
            })
        _ = try ledger.finish()
    }

    /// Reserves the licences of a run at one stroke and moves the cursor.
    private static func reserve(_ batch: FeedBatch, db: Database, at now: UnixTime) throws {
        try db.cachedStatement(
            sql: """
                UPDATE deliveries SET licence = 1, queued_at = ?
                WHERE mailing = ? AND ordinal >= ? AND ordinal < ? AND outcome = 0 AND licence = 0
                """
        ).execute(arguments: [now.milliseconds, batch.mailing.rawValue, batch.firstOrdinal, batch.nextOrdinal])
        try db.cachedStatement(
            sql: "UPDATE mailings SET reserved = reserved + ?, fed = max(fed, ?) WHERE id = ?"
        ).execute(arguments: [db.changesCount, batch.nextOrdinal, batch.mailing.rawValue])
    }
}
