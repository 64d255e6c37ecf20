import Foundation
import Testing

@testable import Delivery

@Suite("The table of outcomes")
struct RulePrecedenceTests {
    private func rule(_ reply: String, _ phase: DeliveryPhase = .rcpt) -> String {
        OutcomeClassifier.standard.classify(SMTPReply(parsing: reply), phase: phase).rule
    }

    @Test("the reply code beats the enhanced status code")
    func codeBeatsStatus() {
        #expect(rule("550 4.1.1 user unknown") == "5m")
        #expect(rule("450 5.1.1 user unknown") == "4c")
        #expect(rule("550 4.7.0 no") == "5n")
        #expect(rule("450 5.7.0 no") == "4b")
    }

    @Test("without a reply code the enhanced status code counts, and without both the words")
    func withoutCode() {
        #expect(rule("4.1.1 nobody", .dsn) == "4c")
        #expect(rule("5.1.1 nobody", .dsn) == "5m")
        #expect(rule("User unknown", .dsn) == "5m")
        #expect(rule("Temporary failure, try again later", .dsn) == "4d")
    }

    @Test("quota words turn a rate reply into a full mailbox")
    func quotaBeatsRate() {
        #expect(rule("452 4.2.2 rate limit: mailbox over quota") == "P5")
        #expect(rule("452 4.2.1 rate limit") == "P3")
    }

    @Test("rate words count in every class, before anything said about spam or users")
    func rateInAnyClass() {
        for reply in ["421 too many connections", "450 too many connections", "550 too many connections, spammer"] {
            #expect(rule(reply) == "P3")
        }
    }

    @Test("a 4xx about a user is a soft bounce, unless its status is about policy or it is a 421")
    func temporaryUser() {
        #expect(rule("450 4.1.1 user unknown") == "4c")
        #expect(rule("450 user unknown") == "4c")
        #expect(rule("450 4.7.1 user unknown") == "4b")
        #expect(rule("450 4.3.0 user unknown") == "4b")
        #expect(rule("421 4.1.1 user unknown") == "4b")
        #expect(rule("454 4.1.1 user unknown") == "4d")
        #expect(rule("450 4.1.7 user unknown") == "4d")
    }

    @Test("spam words up to MAIL are about our server, later about the message", arguments: DeliveryPhase.allCases)
    func spamByPhase(phase: DeliveryPhase) {
        let result = OutcomeClassifier.standard.classify(SMTPReply(parsing: "554 spam"), phase: phase)
        switch phase {
        case .connect, .ehlo: #expect(result.rule == "P1")
        case .tls: #expect(result.rule == "T2")
        case .auth: #expect(result.rule == "L4")
        case .local, .dns, .mail:
            #expect(result.rule == "5h")
            #expect(result.reason == .senderBlocked)
            #expect(result.outcome == .bounced)
        case .rcpt, .data, .dot, .dsn, .complaint, .web:
            #expect(result.rule == "5h")
            #expect(result.reason == .spamContent)
            #expect(result.outcome == .spam)
        }
    }

    @Test("503 is temporary, 501 at RCPT about the recipient, and elsewhere a protocol error")
    func protocolCodes() {
        #expect(rule("503 bad sequence of commands") == "4d")
        #expect(rule("501 syntax error", .rcpt) == "5m")
        #expect(rule("501 syntax error", .data) == "5o")
        #expect(rule("553 no", .rcpt) == "5m")
        #expect(rule("553 no", .dot) == "5p")
    }

    @Test("a permanent refusal by words beats its temporary code")
    func permanentlyDeferred() {
        let result = OutcomeClassifier.standard.classify(
            SMTPReply(parsing: "421 4.7.1 permanently deferred; retrying will NOT succeed"), phase: .mail)
        #expect(result.rule == "P0")
        #expect(result.outcome == .bounced)
    }

    @Test("the phase that a relay names replaces the one it was told in")
    func namedPhase() {
        #expect(
            rule("host mx.example.net[192.0.2.1] said: 554 5.7.1 spam (in reply to MAIL FROM command)", .dot) == "5h")
        #expect(
            OutcomeClassifier.standard.classify(
                SMTPReply(parsing: "host mx.example.net[192.0.2.1] said: 554 spam (in reply to end of DATA command)"),
                phase: .mail
            ).reason == .spamContent)
        #expect(rule("4.0.0 host mx.example.net[192.0.2.1] refused to talk to me: 554 go away", .dsn) == "P1")
        #expect(
            rule("SMTP error from remote mail server after RCPT TO:<x@example.net>: 550 No such user", .dsn) == "5m")
    }

    @Test("of a greeting that a relay quotes, the code and the enhanced status code are taken")
    func quotedGreeting() {
        let report = "4.0.0 host mx.example.net[192.0.2.1] refused to talk to me: 554 5.7.1 not you"
        let explanation = OutcomeClassifier.standard.explain(SMTPReply(parsing: report), phase: .dsn)
        #expect(explanation.code == 554)
        #expect(explanation.status == EnhancedStatusCode(5, 7, 1))
        #expect(explanation.replyClass == 5)
        #expect(explanation.phase == .connect)
        #expect(explanation.classification.rule == "P1")
        #expect(rule("host mx.example.net[192.0.2.1] refused to talk to me: 421 4.7.0 busy", .dsn) == "4b")
    }

    @Test("a refusal of the connection is final, unless it is about too many of them")
    func refusedConnection() {
        #expect(rule("554 5.7.1 no", .connect) == "P1")
        #expect(rule("554 too many connections", .connect) == "P3")
        #expect(rule("554 mailbox full", .ehlo) == "P1")
    }

    @Test("an explanation names each rule passed over with what failed, and agrees with the classification")
    func explanation() {
        let rules = RuleBook.standard.rules
        for (reply, phase) in [
            ("550 5.1.1 no such user", DeliveryPhase.rcpt), ("421 too many connections", .connect),
            ("550 hm", .dot), ("4.4.7 expired", .dsn), ("552 5.3.4 too big", .mail),
        ] {
            let parsed = SMTPReply(parsing: reply)
            let explanation = OutcomeClassifier.standard.explain(parsed, phase: phase)
            #expect(explanation.classification == OutcomeClassifier.standard.classify(parsed, phase: phase))
            #expect(rules[explanation.passed.count].id == explanation.classification.rule)
            #expect(explanation.passed.map(\.rule) == rules.prefix(explanation.passed.count).map(\.id))
            #expect(explanation.passed.allSatisfy { !$0.failed.isEmpty })
            #expect(!explanation.held.isEmpty)
        }
        let success = OutcomeClassifier.standard.explain(SMTPReply(code: 250, text: "ok"), phase: .dot)
        #expect(success.passed.isEmpty)
        #expect(success.classification.outcome == .sent)
    }

    @Test("words in links and addresses do not count, host names of block lists do")
    func linksAndAddresses() {
        #expect(rule("550 5.7.1 no, see https://example.net/virus/spam/user-unknown") == "5n")
        #expect(rule("550 5.7.1 <virus@spam.example>: no") == "5n")
        #expect(rule("550 5.7.1 no, see https://www.spamhaus.org/sbl/query/SBL1") == "5f")
    }

    @Test("a success decides only at the final dot", arguments: DeliveryPhase.allCases)
    func success(phase: DeliveryPhase) {
        let result = OutcomeClassifier.standard.classify(SMTPReply(code: 250, text: "ok"), phase: phase)
        #expect(result.rule == "2x")
        #expect(result.outcome == (phase == .dot ? .sent : nil))
    }

    @Test("an attempt without a reply is judged by how it ended")
    func results() {
        let classifier = OutcomeClassifier.standard
        #expect(classifier.classify(.lostBeforeFinalDot("reset")).rule == "C2")
        #expect(classifier.classify(.lostAfterFinalDot("reset")).rule == "C3")
        #expect(classifier.classify(.lostAfterFinalDot("reset")).outcome == .queued)
        #expect(classifier.classify(.notAttempted).outcome == nil)
        #expect(classifier.classify(.reply(SMTPReply(code: 250, text: "ok"), phase: .dot)).outcome == .sent)
        #expect(classifier.classify(.reply(SMTPReply(parsing: "552 5.2.2 full"), phase: .rcpt)).outcome == .softBounced)
    }

    @Test("every code in every phase is decided by some rule, and no failure is taken for success")
    func totality() {
        for code in UInt16(100)...699 {
            for phase in DeliveryPhase.allCases {
                let result = OutcomeClassifier.standard.classify(SMTPReply(code: code, text: ""), phase: phase)
                #expect((result.outcome == .sent) == (code / 100 == 2 && phase == .dot))
                if code / 100 == 4 { #expect(result.outcome?.isPermanent != true) }
            }
        }
    }

    @Test(
        "a delay that the server names is found",
        arguments: [
            ("450 4.7.1 Greylisted for 60 seconds", 60), ("451 please come back in 5 minutes", 300),
            ("450 4.7.1 try again in 300 seconds", 300),
            ("451 Greylisting in action, please come back in 00:05:00", 300),
            ("451 4.7.1 Try again in 1 hour.", 3600), ("450 retry after 90s", 90), ("421 wait 10 min", 600),
            ("451 Connection timed out after 30 seconds; try again in 2 minutes", 120),
            ("450 Bitte versuchen Sie es erneut in 5 Minuten", 300),
        ])
    func namedDelay(reply: String, seconds: Int) {
        let result = OutcomeClassifier.standard.classify(SMTPReply(parsing: reply), phase: .rcpt)
        #expect(result.retryAfter == .seconds(seconds))
    }

    @Test(
        "a number that is no delay is left alone",
        arguments: [
            "421 timed out after 300 seconds", "451 too many messages: 100 in 60 minutes, try again later",
            "450 4.2.0 try again later", "450 try again in 0 seconds", "450 try again in 99999999999 seconds",
            "550 5.1.1 user unknown, wait 5 minutes",
        ])
    func noDelay(reply: String) {
        #expect(
            OutcomeClassifier.standard.classify(SMTPReply(parsing: reply), phase: .rcpt).retryAfter == nil)
    }

    @Test("every rule stands in docs/outcomes.md with its outcomes and reasons, and no other does")
    func documentation() throws {
        let file = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/outcomes.md")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        var rows: [String: String] = [:]
        for line in lines {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard line.hasPrefix("|"), cells.count == 3, cells[0] != "rule", cells[0] != "---" else { continue }
            #expect(rows[cells[0]] == nil, "\(cells[0]) stands there twice")
            rows[cells[0]] = cells[2]
        }
        let findings: [LocalFinding] = [
            .badSyntax, .duplicate, .suppressed(by: .unsubscribed), .localFault, .noSuchDomain, .nullMX, .dnsTemporary,
            .unreachable, .connectionLost, .inDoubt, .tlsPolicy, .tooBig, .notAttempted,
        ]
        var decisions = RuleBook.standard.rules.map {
            Classification(outcome: $0.outcome, reason: $0.reason, rule: $0.id)
        }
        decisions += findings.map(\.classification)
        decisions += [
            Classification(outcome: .sent, reason: .accepted, rule: "2x"),
            Classification(outcome: .bounced, reason: .expired, rule: "X1"),
            Classification(outcome: .bounced, reason: .softBounceLimit, rule: "X2"),
            Classification(outcome: .queued, reason: .inDoubtHeld, rule: "C3"),
            Classification(outcome: .queued, reason: .recoveredTooOften, rule: "R1"),
            Classification(outcome: .queued, reason: .resentByOwner, rule: "R2"),
            Classification(outcome: .sent, reason: .confirmedByOwner, rule: "R2"),
            Classification(outcome: .bounced, reason: .droppedByOwner, rule: "R2"),
            Classification(outcome: nil, reason: .delayed, rule: "N2"),
            Classification(outcome: .sent, reason: .delivered, rule: "N2"),
            Classification(outcome: .sent, reason: .relayed, rule: "N2"),
            Classification(outcome: .sent, reason: .expanded, rule: "N2"),
            Classification(outcome: nil, reason: .automaticReply, rule: "N2"),
            Classification(outcome: .spam, reason: .complaint, rule: "N3"),
            Classification(outcome: .unsubscribed, reason: .optOut, rule: "N3"),
            Classification(outcome: nil, reason: .otherFeedback, rule: "N3"),
            Classification(outcome: .bounced, reason: .hardBounce, rule: "W1"),
            Classification(outcome: .bounced, reason: .providerSuppressed, rule: "W1"),
            Classification(outcome: .spam, reason: .providerSuppressed, rule: "W1"),
            Classification(outcome: .unsubscribed, reason: .providerSuppressed, rule: "W1"),
        ]
        // N4 moves a soft bounce to another attempt and keeps its reason.
        #expect(Set(decisions.map(\.rule)).union(["N4"]) == Set(rows.keys))
        for decision in decisions {
            let cell = try #require(rows[decision.rule], "\(decision.rule) is missing")
            #expect(cell.contains(decision.reason.rawValue), "\(decision.rule): \(decision.reason)")
            #expect(cell.contains(decision.outcome?.name ?? "no change"), "\(decision.rule)")
        }
    }
}
