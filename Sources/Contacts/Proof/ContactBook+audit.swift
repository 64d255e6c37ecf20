import Delivery
import GRDB

extension ContactBook {
    /// Proves conservation: counts everything again, replays every history, and compares with the running sums.
    ///
    /// One snapshot of the book is read, beside which bookkeeping goes on. Time is linear in the deliveries, memory
    /// constant.
    /// - Parameters:
    ///   - campaign: the campaign to audit; `nil` for all.
    ///   - mailing: the one of its mailings to audit; `nil` for all of them.
    /// - Throws: ``ContactBookError`` with code `unknownCampaign` or `unknownMailing`.
    public func audit(campaign: String? = nil, mailing: String? = nil) async throws -> AuditReport {
        try await read { db in
            var report = AuditReport()
            let ids: [Int64] =
                if let campaign, let mailing {
                    [Int64(try Self.mailing(db, of: campaign, named: mailing).number)]
                } else if let campaign {
                    try Int64.fetchAll(
                        db, sql: "SELECT id FROM mailings WHERE campaign = ? ORDER BY id",
                        arguments: [Self.campaignID(db, named: campaign)])
                } else {
                    try Int64.fetchAll(db, sql: "SELECT id FROM mailings ORDER BY id")
                }
            for id in ids { try Self.audit(db, mailing: MailingID(rawValue: UInt32(id)), into: &report) }
            try Self.auditBook(db, into: &report)
            return report
        }
    }

    /// The checks of one mailing.
    private static func audit(_ db: Database, mailing id: MailingID, into report: inout AuditReport) throws {
        let mailing = try mailing(db, id)
        let scope = "\(mailing.campaign)/\(mailing.name)"
        func check(_ name: String, expected: Int, actual: Int) {
            report.checks.append(AuditCheck(scope, name, expected: expected, actual: actual))
        }
        func number(_ sql: String) throws -> Int {
            try Int.fetchOne(db, sql: sql, arguments: [id.rawValue]) ?? 0
        }

        var replay = HistoryReplay(mailing: id, fed: mailing.fed, isCancelled: mailing.state == .cancelled)
        try replay.run(db)

        check("audience laid down", expected: mailing.prepared, actual: replay.deliveries)
        if mailing.selection != nil {
            report.checks += try auditSelection(db, of: mailing, scope: scope)
        } else if mailing.audience != nil {
            let listed = try number(
                """
                SELECT count(*) FROM contacts
                WHERE list = (SELECT p.list FROM campaigns p JOIN mailings m ON m.campaign = p.id WHERE m.id = ?1)
                    AND id <= (SELECT last_contact FROM mailings WHERE id = ?1)
                """)
            check("audience = contacts of the list at the start", expected: listed, actual: replay.deliveries)
        }
        let tallies = try Row.fetchAll(
            db, sql: "SELECT outcome, count FROM tallies WHERE mailing = ?", arguments: [id.rawValue])
        check("outcomes add up to the audience", expected: mailing.prepared, actual: tallies.reduce(0) { $0 + $1[1] })
        for outcome in Outcome.allCases {
            let tally = tallies.first { $0[0] == outcome.rawValue }.map { $0[1] as Int } ?? 0
            check("\(outcome.name), counted again", expected: tally, actual: replay.outcomes[Int(outcome.rawValue)])
        }
        check("attempts", expected: try number("SELECT attempts FROM mailings WHERE id = ?"), actual: replay.attempts)
        for (name, licence) in [("reserved", Licence.reserved), ("charged", .charged), ("released", .released)] {
            check(
                "licences \(name)", expected: try number("SELECT \(name) FROM mailings WHERE id = ?"),
                actual: replay.licences[licence.rawValue])
        }
        check("licences charged = contacts ever Sent", expected: replay.everSent, actual: replay.licences[2])
        check(
            "history lines without a delivery", expected: 0,
            actual: try number(
                """
                SELECT count(*) FROM history h WHERE mailing = ? AND NOT EXISTS
                    (SELECT 1 FROM deliveries d WHERE d.mailing = h.mailing AND d.ordinal = h.ordinal)
                """))
        report.checks += try MailingResponses.checks(db, mailing: id, scope: scope)
        if mailing.state == .finished {
            let open = replay.outcomes[0] + replay.outcomes[8] + replay.outcomes[9]
            check("open contacts of a finished mailing", expected: 0, actual: open)
            check("finished mailing is wholly fed", expected: mailing.prepared, actual: mailing.fed)
        }
        check(
            "contacts to be attempted again that are over, or held", expected: 0,
            actual: try number(
                """
                SELECT count(*) FROM redeliveries r JOIN deliveries d ON d.mailing = r.mailing AND d.ordinal = r.ordinal
                WHERE r.mailing = ? AND (d.outcome NOT IN (0, 8, 9) OR d.held <> 0)
                """))
        for aspect in HistoryReplay.Aspect.allCases {
            report.checks.append(
                AuditCheck(
                    scope, "each delivery's \(aspect.rawValue)", of: replay.deliveries,
                    wrong: replay.wrong[aspect] ?? 0,
                    findings: replay.findings[aspect] ?? []))
        }
    }

    /// The checks of a reminder's audience: all of the earlier mailing were decided about, and nobody else is in it.
    private static func auditSelection(_ db: Database, of mailing: Mailing, scope: String) throws -> [AuditCheck] {
        guard let audience = try SelectedAudience(db, of: mailing.id) else { return [] }
        let strangers = try Int.fetchOne(
            db,
            sql: """
                SELECT count(*) FROM deliveries d WHERE mailing = ? AND NOT EXISTS
                    (SELECT 1 FROM deliveries o WHERE o.contact = d.contact AND o.mailing = ?)
                """,
            arguments: [mailing.number, audience.source])
        let alien = AuditCheck(
            scope, "contacts that are not of the earlier mailing", expected: 0, actual: strangers ?? 0)
        guard mailing.audience != nil else { return [alien] }
        let decided = AuditCheck(
            scope, "contacts of the earlier mailing that were decided about", expected: audience.end,
            actual: audience.decided)
        return [decided, alien]
    }

    /// The checks of the whole book: licences, and that every row's parent exists.
    private static func auditBook(_ db: Database, into report: inout AuditReport) throws {
        let summary = try licenceSummary(db)
        let late = try Int.fetchOne(db, sql: "SELECT ifnull(sum(charged_late), 0) FROM mailings") ?? 0
        // Only a Sent that came after its licence was given back may overdraw.
        let overdrawn = max(0, summary.reserved + summary.charged - summary.total - late)
        report.checks.append(AuditCheck("book", "licences used beyond the total", expected: 0, actual: overdrawn))
        var violations = 0
        var findings: [String] = []
        let tables = [
            "lists", "imports", "contacts", "campaigns", "mailings", "deliveries", "tallies", "engagements",
            "redeliveries", "audiences",
        ]
        for table in tables {
            for violation in try Row.fetchAll(db, sql: "PRAGMA foreign_key_check(\(table))").prefix(1000) {
                violations += 1
                if findings.count < AuditCheck.listed {
                    findings.append(
                        "\(table) row \(violation[1] as Int64? ?? 0): no such \(violation[2] as String) row")
                }
            }
        }
        var orphans = AuditCheck("book", "rows without their parent row", expected: 0, actual: violations)
        orphans.findings = findings
        report.checks.append(orphans)
    }
}
