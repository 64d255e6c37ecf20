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
        let reply = Self.reply(of: report)
        let context = report.context.isEmpty ? nil : book.phaseNamed(in: FoldedText(report.context))
        var classification = judge(reply, phase: context ?? report.phase)
        // The report may know what the reply that it quotes does not: that no other followed for too long.
        if let status = report.status, status.subject == 4, status.detail == 7,
            !Self.fullRules.contains(classification.rule)
        {
            return Classification(outcome: .softBounced, reason: .expired, rule: "N1")
        }
        if let named = byStatus(reply, classification) { classification = named }
        if Self.isVague(classification) { classification = judgeByNotice(reply, report) ?? classification }
        if classification.reason == .senderBlocked { classification = blocked(reply, report) ?? classification }
        if classification.outcome == nil || classification.outcome == .queued { classification.outcome = .deferred }
        return classification
    }

    private func judge(_ reply: SMTPReply, phase: DeliveryPhase) -> Classification {
        let prepared = PreparedReply(reply, phase: phase, isReported: true, book)
        return Self.classification(of: prepared, by: book.rules.first { $0.matches(prepared) })
    }

    /// Judges by the status alone where that names the address or the mailbox, and prose without a reply speaks of what was sent: scanners
    /// and companies write such words beneath all mail, notices too.
    private func byStatus(_ reply: SMTPReply, _ classification: Classification) -> Classification? {
        guard reply.code == 0, let status = reply.enhancedStatus, [1, 2].contains(status.subject), status.detail != 0,
            Self.contentReasons.contains(classification.reason)
        else { return nil }
        return judge(SMTPReply(code: 0, enhancedStatus: status, text: ""), phase: .dsn)
    }

    private static let contentReasons: Set<Reason> = [.virusOrAttachment, .spamContent, .urlListed, .policy]

    /// Judges a reply that says little ("Service unavailable") by what the reporting system says around it, or else to people.
    private func judgeByNotice(_ reply: SMTPReply, _ report: RecipientReport) -> Classification? {
        for words in [report.context, report.notice] where !words.isEmpty {
            var whole = reply
            whole.text = words + " " + reply.text
            let classification = judge(whole, phase: report.phase)
            if Self.tellingReasons.contains(classification.reason) { return classification }
        }
        return nil
    }

    /// Whether little was understood.
    private static func isVague(_ classification: Classification) -> Bool {
        classification.reason == .unknown || ["4d", "5o", "5p"].contains(classification.rule)
    }

    /// The reasons that are believed when they are found in a notice for people, which also speaks of administrators, rules and standards.
    private static let tellingReasons: Set<Reason> = [
        .noSuchUser, .noSuchDomain, .nullMX, .mailboxFull, .mailboxDisabled, .mailboxUnavailable, .moved, .systemFull,
        .tooBig,
        .expired, .greylisted, .rateLimited, .spamContent, .urlListed, .virusOrAttachment, .senderAuthentication,
        .senderBlocked, .senderRejected, .unreachable, .dnsTemporary,
    ]

    /// What a refusal of the sending server means where that server is a relay.
    ///
    /// Refused at connect for want of a name, it is the relay whose DNS is wrong. And a status of class 4 says that the relay took the
    /// refusal for a passing one, so nothing is final for the recipient; unless the reply was the greeting of its server, in so many words.
    private func blocked(_ reply: SMTPReply, _ report: RecipientReport) -> Classification? {
        let nameless = judge(reply, phase: .dsn)
        if nameless.reason == .senderAuthentication { return nameless }
        guard report.status?.statusClass == 4, !reply.text.contains("refused to talk to me") else { return nil }
        return Classification(outcome: .deferred, reason: .senderBlockedTemporarily, rule: "4b")
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
