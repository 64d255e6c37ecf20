internal import Delivery

/// A complaint in the Abuse Reporting Format (RFC 5965), or in the form that some providers had before it.
struct FeedbackReport: Sendable {
    /// What the report is about (§7.3), in lower case, such as `abuse` or `opt-out`.
    var type: String
    /// Whom the message was sent to, as far as the provider tells.
    var recipients: [String] = []
    var originalEnvelopeID: String?

    /// Reads the decoded body of a message/feedback-report part.
    init(reading body: Bytes, limits: ParseLimits) {
        type = "abuse"
        let group = ReportFields(body, limits: limits)
        for field in group.fields {
            if field.name.isText("feedback-type") {
                type = String(decoding: field.value.map(ASCII.lowercase), as: UTF8.self)
            } else if field.name.isText("original-rcpt-to") || field.name.isText("removal-recipient") {
                if let address = AddressFinder.address(of: field.value), recipients.count < limits.recipients {
                    recipients.append(address)
                }
            } else if field.name.isText("original-envelope-id") {
                originalEnvelopeID = field.value.text
            }
        }
    }

    /// A complaint in another form.
    init(type: String = "abuse", recipients: [String]) {
        self.type = type
        self.recipients = recipients
    }

    /// Row N3: who complains is left alone from now on, and who opts out as well.
    var classification: Classification {
        switch type {
        case "abuse", "fraud", "complaint": Classification(outcome: .spam, reason: .complaint, rule: "N3")
        case "opt-out", "opt-out-list", "unsubscribe":
            Classification(outcome: .unsubscribed, reason: .optOut, rule: "N3")
        default: Classification(outcome: nil, reason: .otherFeedback, rule: "N3")
        }
    }
}
