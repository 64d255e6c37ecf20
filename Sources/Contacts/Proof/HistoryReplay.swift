import Delivery
import GRDB

/// Replays every history of a mailing and compares what comes out with what the deliveries say.
struct HistoryReplay {
    /// The checks of single deliveries.
    enum Aspect: String, CaseIterable {
        case status = "status is what the history comes to"
        case events = "history is complete and numbered without gaps"
        case attempts = "attempts and strikes are those of the history"
        case held = "held exactly while its history says so"
        case licence = "licence is charged if ever Sent, else held while open, else given back"
        case order = "place follows the list's order without gaps"
    }

    private struct Stored {
        var ordinal: Int
        var contact: Int64
        var outcome: Outcome?
        var reason: String
        var attempts: Int
        var strikes: Int
        var events: Int
        var licence: Int
        var isQueued: Bool
        var held: HoldKind?
    }

    /// What the history of one delivery comes to.
    fileprivate struct Folded {
        var status = DeliveryStatus.waiting
        var reason = Reason.waiting.rawValue
        var attempts = 0
        var strikes = 0
        var events = 0
        var wasSent = false
        var hasGap = false
    }

    private let mailing: MailingID
    private let fed: Int
    private let isCancelled: Bool
    private var expectedOrdinal = 0
    private var lastContact: Int64 = 0
    /// How many deliveries there are.
    private(set) var deliveries = 0
    /// How many were ever Sent, by their histories.
    private(set) var everSent = 0
    /// Deliveries by the code of their licence.
    private(set) var licences = [0, 0, 0, 0]
    /// Deliveries by the code of their outcome.
    private(set) var outcomes = [Int](repeating: 0, count: Outcome.allCases.count)
    private(set) var attempts = 0
    private(set) var wrong: [Aspect: Int] = [:]
    private(set) var findings: [Aspect: [String]] = [:]

    init(mailing: MailingID, fed: Int, isCancelled: Bool) {
        self.mailing = mailing
        self.fed = fed
        self.isCancelled = isCancelled
    }

    /// Goes through all deliveries of the mailing and their histories, in order, holding one at a time.
    mutating func run(_ db: Database) throws {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT d.ordinal, d.contact, d.outcome, d.reason, d.attempts, d.strikes, d.events, d.licence,
                    d.queued_at IS NOT NULL, d.held, h.number, h.outcome, h.reason, h.phase, h.attempt, h.rule
                FROM deliveries d LEFT JOIN history h ON h.mailing = d.mailing AND h.ordinal = d.ordinal
                WHERE d.mailing = ? ORDER BY d.ordinal, h.number
                """,
            arguments: [mailing.rawValue])
        var stored: Stored?
        var folded = Folded()
        while let row = try rows.next() {
            let ordinal: Int = row[0]
            if stored?.ordinal != ordinal {
                if let stored { compare(stored, folded) }
                stored = Stored(
                    ordinal: ordinal, contact: row[1], outcome: Outcome(rawValue: row[2]), reason: row[3],
                    attempts: row[4], strikes: row[5], events: row[6], licence: row[7], isQueued: row[8],
                    held: HoldKind(rawValue: row[9]))
                folded = Folded()
            }
            guard let number = row[10] as Int? else { continue }
            folded.take(
                number: number, outcome: row[11], reason: Reason(rawValue: row[12]), phase: row[13], attempt: row[14],
                rule: row[15])
        }
        if let stored { compare(stored, folded) }
    }

    private mutating func compare(_ stored: Stored, _ folded: Folded) {
        deliveries += 1
        attempts += stored.attempts
        if folded.wasSent { everSent += 1 }
        if licences.indices.contains(stored.licence) { licences[stored.licence] += 1 }
        if let outcome = stored.outcome { outcomes[Int(outcome.rawValue)] += 1 }

        if stored.outcome != folded.status.outcome || stored.reason != folded.reason {
            report(
                .status, stored,
                "is \(stored.outcome?.name ?? "?")/\(stored.reason), its history says "
                    + "\(folded.status.outcome.name)/\(folded.reason)")
        }
        if stored.events != folded.events || folded.hasGap {
            report(.events, stored, "counts \(stored.events) events, its history has \(folded.events)")
        }
        if stored.attempts != folded.attempts || stored.strikes != folded.strikes {
            report(
                .attempts, stored,
                "has \(stored.attempts) attempts and \(stored.strikes) strikes, its history says "
                    + "\(folded.attempts) and \(folded.strikes)")
        }
        if stored.held != folded.status.held {
            report(
                .held, stored,
                "is \(Self.words(stored.held)), its history says that it is \(Self.words(folded.status.held))")
        }
        let licence = expectedLicence(stored, folded)
        if stored.licence != licence.rawValue {
            let found = Licence(rawValue: stored.licence).map { "\($0)" } ?? "?"
            report(.licence, stored, "has the licence \(found) instead of \(licence)")
        }
        if stored.ordinal != expectedOrdinal || stored.contact <= lastContact {
            report(.order, stored, "stands where \(mailing):\(expectedOrdinal) should, or before an earlier contact")
        }
        expectedOrdinal = stored.ordinal + 1
        lastContact = stored.contact
    }

    private static func words(_ held: HoldKind?) -> String {
        held.map { "held as \($0.name)" } ?? "not held"
    }

    private func expectedLicence(_ stored: Stored, _ folded: Folded) -> Licence {
        if folded.wasSent { return .charged }
        if folded.status.outcome.isPermanent { return stored.isQueued ? .released : .none }
        if stored.ordinal >= fed { return .none }
        return isCancelled ? .released : .reserved
    }

    private mutating func report(_ aspect: Aspect, _ stored: Stored, _ problem: String) {
        wrong[aspect, default: 0] += 1
        if findings[aspect, default: []].count < AuditCheck.listed {
            findings[aspect, default: []].append("\(mailing):\(stored.ordinal) \(problem)")
        }
    }
}

extension HistoryReplay.Folded {
    /// Takes in the next line of the history.
    fileprivate mutating func take(
        number: Int, outcome: UInt8, reason: Reason, phase: UInt8, attempt: Int, rule: String
    ) {
        if number != events { hasGap = true }
        events += 1
        guard let outcome = Outcome(rawValue: outcome), let phase = DeliveryPhase(code: phase) else {
            hasGap = true
            return
        }
        if status.absorb(outcome, reason, phase: phase) { self.reason = reason.rawValue }
        attempts = max(attempts, attempt)
        if StatusChange.isStrike(outcome, reason, rule: rule) { strikes += 1 }
        if outcome == .sent { wasSent = true }
    }
}
