import Delivery
import Foundation
import GRDB

/// Takes in events within one transaction, each id once: finds their deliveries, and books, lists or counts them.
struct InboundLedger {
    private struct Count: Hashable {
        var source: InboundEvent.Source
        var fate: InboundFate
    }

    private let db: Database
    private let now: UnixTime
    private let finder: DeliveryFinder
    private var counts: [Count: Int] = [:]

    /// Books events by a ledger whose sums are not written yet, and adds to its summary.
    static func book(_ events: [InboundEvent], into ledger: inout DeliveryLedger) throws {
        guard !events.isEmpty else { return }
        var inbound = InboundLedger(db: ledger.db, now: ledger.now, finder: DeliveryFinder(ledger.db))
        for event in events {
            let fate = try inbound.take(event, into: &ledger)
            ledger.summary.inbound.count(fate)
            inbound.counts[Count(source: event.source, fate: fate), default: 0] += 1
        }
        try inbound.finish()
    }

    private init(db: Database, now: UnixTime, finder: DeliveryFinder) {
        self.db = db
        self.now = now
        self.finder = finder
    }

    private func take(_ event: InboundEvent, into ledger: inout DeliveryLedger) throws -> InboundFate {
        guard try isNew(event) else {
            try suppressAgain(event, summary: &ledger.summary)
            return .repeated
        }
        if event.source == .automaticReply || event.classification.reason == .automaticReply { return .ignored }
        if case .delivery(let job) = event.subject, job.mailing.isTest { return .ignored }
        switch try finder.find(event.subject, isProven: event.source == .webhook) {
        case .found(let job):
            try ledger.book(event, of: job)
            return .booked
        case .none(let cause):
            let isSuppressed = try suppress(event, summary: &ledger.summary)
            try UnmatchedEvent.note(event, cause, isSuppressed: isSuppressed, db, at: now)
            return .unmatched
        }
    }

    private func isNew(_ event: InboundEvent) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "INSERT INTO inbound_events (id, at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING")
        try statement.execute(arguments: [Data(event.id.bytes), now.milliseconds])
        if db.changesCount > 0 { return true }
        // Who repeats it once may do so again: it is remembered from now on.
        let renew = try db.cachedStatement(sql: "UPDATE inbound_events SET at = max(at, ?) WHERE id = ?")
        try renew.execute(arguments: [now.milliseconds, Data(event.id.bytes)])
        return false
    }

    /// Suppresses the address that wants no more mail, though it is not known of which message it said so.
    ///
    /// Only that: whom mail annoys must not get more, but a report about a dead address is easily forged, or says it of another one.
    private func suppress(_ event: InboundEvent, summary: inout BookingSummary) throws -> Bool {
        guard case .clues(let clues) = event.subject, let address = clues.originalRecipient ?? clues.recipient,
            let outcome = event.classification.outcome
        else { return false }
        let reason = event.classification.reason
        guard outcome == .unsubscribed || reason == .complaint else { return false }
        let form = AddressForm(ContactBook.trimmed(address))
        guard form.problem == nil else { return false }
        if try Suppression.add(
            db, key: form.key, address: form.address, outcome: outcome, reason: reason, at: now)
        {
            summary.suppressed.append(.init(key: form.key, outcome: outcome, reason: reason))
        }
        return true
    }

    /// Sees to it that who leaves the list is suppressed, also where the same was said before: the address may have been taken off the
    /// suppression list since.
    private func suppressAgain(_ event: InboundEvent, summary: inout BookingSummary) throws {
        guard event.classification.outcome == .unsubscribed else { return }
        guard case .delivery(let job) = event.subject else {
            _ = try suppress(event, summary: &summary)
            return
        }
        let statement = try db.cachedStatement(sql: "SELECT contact FROM deliveries WHERE mailing = ? AND ordinal = ?")
        let reason = event.classification.reason
        guard let contact = try Int64.fetchOne(statement, arguments: [job.mailing.rawValue, job.ordinal]),
            let key = try Suppression.add(db, contact: contact, outcome: .unsubscribed, reason: reason, at: now)
        else { return }
        summary.suppressed.append(.init(key: key, outcome: .unsubscribed, reason: reason))
    }

    private func finish() throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO inbound_counts (source, kind, count) VALUES (?, ?, ?)
                ON CONFLICT (source, kind) DO UPDATE SET count = count + excluded.count
                """)
        for (count, number) in counts {
            try statement.execute(arguments: [count.source.rawValue, count.fate.rawValue, number])
        }
    }
}
