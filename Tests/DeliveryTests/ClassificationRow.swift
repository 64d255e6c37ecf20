import Delivery
import Testing

/// One line of a table of replies: the rule and reason that it must get.
struct ClassificationRow: Sendable, CustomTestStringConvertible {
    var rule: String
    var reason: Reason
    var phase: DeliveryPhase
    var reply: String

    init(_ rule: String, _ reason: Reason, _ phase: DeliveryPhase = .rcpt, _ reply: String) {
        self.rule = rule
        self.reason = reason
        self.phase = phase
        self.reply = reply
    }

    var testDescription: String { "\(rule) \(phase.rawValue): \(reply)" }

    var classification: Classification {
        OutcomeClassifier.standard.classify(SMTPReply(parsing: reply), phase: phase)
    }
}
