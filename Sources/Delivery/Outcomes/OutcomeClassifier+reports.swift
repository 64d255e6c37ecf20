extension OutcomeClassifier {
    /// Judges what a bounce message says of a recipient: the rows N1 and N2.
    ///
    /// A failure is judged by the table, over the quoted reply, the status and the words; what the table would give back at once
    /// or leave queued is Deferred, since the message is in nobody's hands any more.
    public func classify(_ report: RecipientReport) -> Classification {
        switch report.action {
        case .failed: classifyFailure(report)
        case .delayed: Classification(outcome: nil, reason: .delayed, rule: "N2")
        case .delivered: Classification(outcome: .sent, reason: .delivered, rule: "N2")
        case .relayed: Classification(outcome: .sent, reason: .relayed, rule: "N2")
        case .expanded: Classification(outcome: .sent, reason: .expanded, rule: "N2")
        }
    }

    private func classifyFailure(_ report: RecipientReport) -> Classification {
        var reply = report.reply
        // A success that was followed by a failure says nothing about it.
        if reply.code / 100 != 4, reply.code / 100 != 5 { reply.code = 0 }
        // A refusal is not about the long time that it took, and "too long" is not said of the message.
        if reply.code / 100 == 5 {
            for remark in ["I'm not going to try again", "this message has been in the queue too long"] {
                if let range = reply.text.firstRange(of: remark) { reply.text.removeSubrange(range) }
            }
        }
        // x.0.0 is what is written where nothing is known.
        reply.enhancedStatus =
            [reply.enhancedStatus, report.status].compactMap { $0 }.first { $0.isTelling }
            ?? reply.enhancedStatus ?? report.status
        let prepared = PreparedReply(reply, phase: report.phase)
        var classification = judge(prepared)
        let gaveUp = Self.gaveUp(report, reply, prepared)
        if Self.fullRules.contains(classification.rule) { return classification }
        let saysNothing = reply.code == 0 && !(reply.enhancedStatus?.isTelling ?? false)
        if gaveUp
            || reply.code / 100 == 5 && Self.lastRows.contains(classification.rule)
                && Words.gaveUp.occur(in: prepared.text)
        {
            return Classification(outcome: .softBounced, reason: .expired, rule: "N1")
        }
        if reply.code == 0, Words.nameServerTrouble.occur(in: prepared.text) {
            return Classification(outcome: .softBounced, reason: .dnsTemporary, rule: "N1")
        }
        if saysNothing, Self.lastRows.contains(classification.rule) {
            return Words.unknownInNotices.occur(in: prepared.text)
                ? Classification(outcome: .bounced, reason: .noSuchUser, rule: "N1")
                : Classification(outcome: .softBounced, reason: .unknown, rule: "N1")
        }
        if classification.outcome == nil || classification.outcome == .queued { classification.outcome = .deferred }
        return classification
    }

    /// Whether the message was given up for want of an answer rather than refused.
    private static func gaveUp(_ report: RecipientReport, _ reply: SMTPReply, _ prepared: PreparedReply) -> Bool {
        let statuses = [report.status, reply.enhancedStatus].compactMap { $0 }
        if statuses.contains(where: { $0.subject == 4 && $0.detail == 7 }) { return true }
        // A server that refuses for good has answered, whatever else is told.
        if reply.code / 100 == 5 { return false }
        if Words.gaveUp.occur(in: prepared.text) { return true }
        guard reply.code == 0 else { return false }
        let isAboutNetwork = statuses.allSatisfy { $0.subject == 4 || !$0.isTelling }
        return statuses.contains { $0.subject == 4 && $0.detail == 1 }
            || isAboutNetwork && Words.notReached.occur(in: prepared.text)
    }

    /// The rows that know why a message could not be stored, which is news even where it also was given up.
    private static let fullRules: Set<String> = ["P5", "P6"]
    /// The rows that take what no other row knows.
    private static let lastRows: Set<String> = ["4d", "5p"]
}

extension EnhancedStatusCode {
    /// Whether it says more than its class.
    var isTelling: Bool { subject != 0 || detail != 0 }
}
