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
        let context = report.context.isEmpty ? nil : book.phaseNamed(in: FoldedText(report.context))
        let prepared = PreparedReply(Self.reply(of: report), phase: context ?? report.phase, book)
        var classification = Self.classification(of: prepared, by: book.rules.first { $0.matches(prepared) })
        // The report may know what the reply that it quotes does not: that no other followed for too long.
        if let status = report.status, status.subject == 4, status.detail == 7,
            !Self.fullRules.contains(classification.rule)
        {
            return Classification(outcome: .softBounced, reason: .expired, rule: "N1")
        }
        if classification.outcome == nil || classification.outcome == .queued { classification.outcome = .deferred }
        return classification
    }

    /// The rules that know why a message could not be stored, which is news even where it also was given up.
    private static let fullRules: Set<String> = ["P5", "P6"]

    /// The reply as the table should see it.
    private static func reply(of report: RecipientReport) -> SMTPReply {
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
        let statuses = [reply.enhancedStatus, report.status].compactMap { $0 }
        reply.enhancedStatus = statuses.first { $0.subject != 0 || $0.detail != 0 } ?? statuses.first
        return reply
    }
}
