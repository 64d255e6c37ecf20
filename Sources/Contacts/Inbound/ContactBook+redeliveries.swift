public import Delivery
import GRDB

/// A delivery whose message came back and that is to be attempted again.
public struct Redelivery: Hashable, Sendable {
    public var entry: FeedBatch.Entry
    /// The number of the order: greater than that of any order before it.
    public var number: Int64
    public var due: UnixTime
}

extension ContactBook {
    /// The mailings that have deliveries to be taken up again, with the number of the last order.
    public func redeliveryOrders() async throws -> [(mailing: MailingID, last: Int64)] {
        try await read { db in
            let statement = try db.cachedStatement(
                sql: "SELECT mailing, max(id) FROM redeliveries GROUP BY mailing ORDER BY mailing")
            return try Row.fetchAll(statement).map { (MailingID(rawValue: $0[0]), $0[1]) }
        }
    }

    /// The next deliveries of a mailing that are to be taken up again, by the number of the order.
    ///
    /// An order stands until the attempt is booked, for a Redis that forgets it. Contacts that were suppressed meanwhile get their
    /// outcome here. Strikes and attempts are carried over.
    /// - Parameter number: of the last order that the queue has.
    public func redeliveries(
        mailing id: MailingID, after number: Int64, limit: Int, fieldNames: [String], at now: UnixTime
    ) async throws -> [Redelivery] {
        let selection = MergeFields.Selection(names: fieldNames)
        return try await write { db in
            let orders = try Row.fetchAll(
                db, sql: "SELECT id, ordinal, due FROM redeliveries WHERE mailing = ? AND id > ? ORDER BY id LIMIT ?",
                arguments: [id.rawValue, number, limit])
            var found: [Redelivery] = []
            var suppressed: [(job: DeliveryJob.ID, outcome: Outcome, reason: Reason)] = []
            for order in orders {
                let ordinal: UInt32 = order[1]
                try Self.eachOpen(db, mailing: id, from: ordinal, to: ordinal + 1, cameBack: true) { row in
                    let job = DeliveryJob.ID(mailing: id, ordinal: ordinal)
                    if let suppression = Self.suppression(row) {
                        suppressed.append((job, suppression.outcome, suppression.reason))
                    } else {
                        let entry = Self.entry(row, mailing: id, selection: selection)
                        found.append(
                            Redelivery(entry: entry, number: order[0], due: UnixTime(milliseconds: order[2])))
                    }
                    return true
                }
            }
            try Self.settle(suppressed, db: db, at: now)
            return found
        }
    }

    /// Which of some deliveries, that a queue has as settled, wait in the book for another attempt that nobody has ordered, with their lanes.
    ///
    /// That is so in a Redis which came back as it was before they were taken up again.
    public func stranded(_ ordinals: [UInt32], of mailing: MailingID) async throws -> [(ordinal: UInt32, lane: String)]
    {
        try await read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT c.lane FROM deliveries d JOIN contacts c ON c.id = d.contact
                    WHERE d.mailing = ? AND d.ordinal = ? AND \(Self.isStranded)
                    """)
            return try ordinals.compactMap { ordinal in
                try String.fetchOne(statement, arguments: [mailing.rawValue, ordinal]).map { (ordinal, $0) }
            }
        }
    }

    /// Orders stranded deliveries to be taken up again at once; answers how many still were.
    public func takeUp(stranded ordinals: [UInt32], of mailing: MailingID, at now: UnixTime) async throws -> Int {
        try await write { db in
            let statement = try db.cachedStatement(
                sql: """
                    INSERT INTO redeliveries (mailing, ordinal, due)
                    SELECT d.mailing, d.ordinal, ? FROM deliveries d
                    WHERE d.mailing = ? AND d.ordinal = ? AND \(Self.isStranded)
                    """)
            return try ordinals.reduce(into: 0) { count, ordinal in
                try statement.execute(arguments: [now.milliseconds, mailing.rawValue, ordinal])
                count += db.changesCount
            }
        }
    }

    /// Open, not held, and with a history: one without was never settled, as far as the book knows.
    private static let isStranded = """
        d.outcome IN (0, 8, 9) AND d.held = 0 AND d.events > 0
            AND NOT EXISTS (SELECT 1 FROM redeliveries r WHERE r.mailing = d.mailing AND r.ordinal = d.ordinal)
        """

    /// The next deliveries of which the queue may have jobs though they are over, as far as it is time to tell.
    /// - Parameter last: the last one of the page before; `nil` for the first page.
    public func callOffs(
        at now: UnixTime, after last: DeliveryJob.ID? = nil, limit: Int = 500
    ) async throws -> [(job: DeliveryJob.ID, lane: String)] {
        try await read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT o.mailing, o.ordinal, c.lane
                    FROM call_offs o JOIN deliveries d ON d.mailing = o.mailing AND d.ordinal = o.ordinal
                    JOIN contacts c ON c.id = d.contact
                    WHERE o.due <= ? AND (o.mailing, o.ordinal) > (?, ?) ORDER BY o.mailing, o.ordinal LIMIT ?
                    """)
            let start: [Int64] = last.map { [Int64($0.mailing.rawValue), Int64($0.ordinal)] } ?? [-1, -1]
            return try Row.fetchAll(statement, arguments: [now.milliseconds, start[0], start[1], limit]).map {
                (DeliveryJob.ID(mailing: MailingID(rawValue: $0[0]), ordinal: $0[1]), $0[2])
            }
        }
    }

    /// The queue has dropped them.
    public func endCallOffs(_ jobs: [DeliveryJob.ID]) async throws {
        try await write { db in
            let statement = try db.cachedStatement(sql: "DELETE FROM call_offs WHERE mailing = ? AND ordinal = ?")
            for job in jobs { try statement.execute(arguments: [job.mailing.rawValue, job.ordinal]) }
        }
    }
}
