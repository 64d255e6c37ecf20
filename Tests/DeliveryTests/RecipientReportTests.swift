import Testing

@testable import Delivery

@Suite("What reports say of recipients")
struct RecipientReportTests {
    private static func report(
        _ action: ReportAction, _ status: String?, _ words: String, phase: DeliveryPhase = .dsn
    ) -> RecipientReport {
        RecipientReport(
            action: action, status: status.flatMap { EnhancedStatusCode($0) }, reply: SMTPReply(parsing: words),
            phase: phase)
    }

    @Test(
        "a failure is judged by the quoted reply, the status and the words",
        arguments: [
            ("5.1.1", "550 5.1.1 User unknown", Outcome.bounced, Reason.noSuchUser, "5m"),
            ("5.0.0", "smtp; 550 User unknown", .bounced, .noSuchUser, "5m"),
            ("5.1.1", "", .bounced, .noSuchUser, "5m"),
            ("5.2.2", "x-unix; could not store it", .softBounced, .mailboxFull, "P5"),
            // The words of the refusing server beat the status of the report.
            ("5.1.1", "550 5.7.1 IP address blacklisted by recipient", .bounced, .senderBlocked, "5f"),
            ("4.4.7", "450 4.1.1 Mailbox full", .softBounced, .mailboxFull, "P5"),
        ])
    func failures(status: String, words: String, outcome: Outcome, reason: Reason, rule: String) {
        let classification = OutcomeClassifier.standard.classify(Self.report(.failed, status, words))
        #expect(classification.outcome == outcome)
        #expect(classification.reason == reason)
        #expect(classification.rule == rule)
    }

    @Test(
        "a message that was given up for want of an answer is expired",
        arguments: [
            ("4.4.7", ""), ("5.4.7", "554 5.4.7 delivery expired"), ("4.4.1", ""),
            ("5.0.0", "retry timeout exceeded"), ("4.4.1", "connect to mx.example.net: Connection timed out"),
            ("4.4.7", "smtp;550 4.4.7 QUEUE.Expired; message expired"), ("5.0.0", "Envelope expired"),
        ])
    func expired(status: String, words: String) {
        let classification = OutcomeClassifier.standard.classify(Self.report(.failed, status, words))
        #expect(classification == Classification(outcome: .softBounced, reason: .expired, rule: "N1"))
    }

    @Test("a refusal for good is no expiry, however long the message has been on its way")
    func refusedAndOld() {
        let words = "550 5.1.1 User unknown; this message has been in the queue too long"
        #expect(OutcomeClassifier.standard.classify(Self.report(.failed, "5.1.1", words)).reason == .noSuchUser)
    }

    @Test("a failure of which nothing is known is a soft bounce", arguments: [nil, "5.0.0"])
    func unknown(status: String?) {
        let classification = OutcomeClassifier.standard.classify(Self.report(.failed, status, "Something went wrong"))
        #expect(classification == Classification(outcome: .softBounced, reason: .unknown, rule: "N1"))
    }

    @Test("name servers that did not answer are no missing domain")
    func nameServers() {
        let words = "Name service error for example.net: Host not found, try again"
        let classification = OutcomeClassifier.standard.classify(Self.report(.failed, nil, words))
        #expect(classification == Classification(outcome: .softBounced, reason: .dnsTemporary, rule: "N1"))
    }

    @Test("what would be given back at once is deferred, since nobody has the message any more")
    func givenBack() {
        let classification = OutcomeClassifier.standard.classify(
            Self.report(.failed, "5.5.3", "552 5.5.3 Too many recipients", phase: .rcpt))
        #expect(classification.outcome == .deferred)
        #expect(classification.reason == .rateLimited)
    }

    @Test("what the reporting system says before a reply names the phase, and is no reason")
    func context() {
        var report = Self.report(.failed, nil, "550 User unknown")
        report.context = "Remote server has rejected address"
        #expect(OutcomeClassifier.standard.classify(report).reason == .noSuchUser)
        report.context = "SMTP error from remote mail server after initial connection: host mx.example.net"
        report.reply = SMTPReply(parsing: "554 No")
        #expect(OutcomeClassifier.standard.classify(report).rule == "P1")
    }

    @Test("a success that is quoted with a failure is not believed")
    func quotedSuccess() {
        #expect(OutcomeClassifier.standard.classify(Self.report(.failed, "5.1.1", "250 ok")).outcome == .bounced)
    }

    @Test(
        "other actions confirm the message, or only tell that it is late",
        arguments: [
            (.delivered, .sent, .delivered), (.relayed, .sent, .relayed),
            (.expanded, .sent, .expanded), (.delayed, nil, .delayed),
        ] as [(ReportAction, Outcome?, Reason)])
    func otherActions(action: ReportAction, outcome: Outcome?, reason: Reason) {
        let classification = OutcomeClassifier.standard.classify(Self.report(action, "4.4.1", "451 try again later"))
        #expect(classification == Classification(outcome: outcome, reason: reason, rule: "N2"))
    }
}
