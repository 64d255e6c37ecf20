internal import Delivery
internal import MailMessage

/// Reads a notification or event of Amazon SES: the message within a message of SNS, about one recipient or several.
enum SESReader {
    /// - Parameters:
    ///   - text: the message.
    ///   - id: what SNS calls it.
    static func reports(_ text: String, id: String) -> [ProviderReport] {
        // When a topic is set SES says so in plain words.
        guard let json = try? JSONValue(reading: Array(text.utf8)),
            let type = json["eventType"].text ?? json["notificationType"].text
        else { return [] }
        let mail = json["mail"]
        let found: [Found] =
            switch type {
            case "Bounce": bounced(json["bounce"])
            case "Complaint": complained(json["complaint"])
            case "Delivery": delivered(json["delivery"])
            case "DeliveryDelay": delayed(json["deliveryDelay"])
            case "Reject": rejected(json["reject"], mail)
            case "Subscription": subscribed(json["subscription"], mail)
            // Sent, opened, clicked, and whatever there may be one day.
            default: []
            }
        return found.map { found in
            var report = ProviderReport(.ses, found.kind, identity: [id, found.recipient])
            report.time =
                [found.time, mail["timestamp"].text].lazy.compactMap(\.self).compactMap { UnixTime(iso8601: $0) }.first
            report.recipient = found.recipient
            report.messageID = messageID(mail)
            report.tokens = tokens(mail)
            report.words = found.words
            report.status = found.status
            report.terms = found.terms
            return report
        }
    }

    /// What is said of one recipient.
    private struct Found {
        var kind: ProviderReport.Kind
        var recipient: String?
        var time: String?
        var words = ""
        var status: String?
        var terms: [String] = []
    }

    private static func bounced(_ bounce: JSONValue) -> [Found] {
        let type = bounce["bounceType"].text ?? ""
        let term = "\(type)/\(bounce["bounceSubType"].text ?? "")"
        return (bounce["bouncedRecipients"].elements ?? []).map { recipient in
            // It repeats the reports of other servers, which may still be trying.
            let kind: ProviderReport.Kind = recipient["action"].text?.lowercased() == "delayed" ? .delayed : .failed
            return Found(
                kind: kind, recipient: recipient["emailAddress"].text, time: bounce["timestamp"].text,
                words: words(recipient["diagnosticCode"].text), status: recipient["status"].text,
                terms: [term, "\(type)/General"])
        }
    }

    private static func complained(_ complaint: JSONValue) -> [Found] {
        let isSuppressed = complaint["complaintSubType"].text == "OnAccountSuppressionList"
        let kind: ProviderReport.Kind =
            switch complaint["complaintFeedbackType"].text?.lowercased() {
            case nil, "abuse", "fraud": .complaint
            case "opt-out", "opt-out-list": .optOut
            default: .otherFeedback
            }
        return (complaint["complainedRecipients"].elements ?? []).map { recipient in
            Found(
                kind: isSuppressed ? .failed : kind, recipient: recipient["emailAddress"].text,
                time: complaint["timestamp"].text,
                terms: isSuppressed
                    ? ["Complaint/OnAccountSuppressionList"]
                    : [complaint["complaintFeedbackType"].text].compactMap(\.self))
        }
    }

    private static func delivered(_ delivery: JSONValue) -> [Found] {
        (delivery["recipients"].elements ?? []).map { recipient in
            Found(
                kind: .delivered, recipient: recipient.text, time: delivery["timestamp"].text,
                words: delivery["smtpResponse"].text ?? "")
        }
    }

    private static func delayed(_ delay: JSONValue) -> [Found] {
        (delay["delayedRecipients"].elements ?? []).map { recipient in
            Found(
                kind: .delayed, recipient: recipient["emailAddress"].text, time: delay["timestamp"].text,
                words: words(recipient["diagnosticCode"].text), status: recipient["status"].text,
                terms: [delay["delayType"].text].compactMap(\.self))
        }
    }

    private static func rejected(_ reject: JSONValue, _ mail: JSONValue) -> [Found] {
        recipients(of: mail).map {
            Found(kind: .failed, recipient: $0, words: reject["reason"].text ?? "", terms: ["Reject"])
        }
    }

    private static func subscribed(_ subscription: JSONValue, _ mail: JSONValue) -> [Found] {
        guard subscription["newTopicPreferences"]["unsubscribeAll"].flag == true else { return [] }
        return recipients(of: mail).map {
            Found(kind: .optOut, recipient: $0, time: subscription["timestamp"].text)
        }
    }

    private static func recipients(of mail: JSONValue) -> [String] {
        (mail["destination"].elements ?? []).compactMap(\.text)
    }

    /// A diagnostic code without its type: `smtp; 550 …`.
    private static func words(_ text: String?) -> String {
        guard let text else { return "" }
        guard let semicolon = text.prefix(40).firstIndex(of: ";"),
            text[..<semicolon].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" })
        else { return text }
        return String(text[text.index(after: semicolon)...].drop(while: \.isWhitespace))
    }

    /// The id that we gave the message, where the notification has our header; SES gives the message itself another.
    private static func messageID(_ mail: JSONValue) -> String? {
        header("message-id", mail) ?? mail["commonHeaders"]["messageId"].text
    }

    private static func header(_ name: String, _ mail: JSONValue) -> String? {
        (mail["headers"].elements ?? []).first { $0["name"].text?.lowercased() == name }?["value"].text
    }

    /// Our token: as a tag of the message, in the header, or in the return path.
    private static func tokens(_ mail: JSONValue) -> [String] {
        var tokens = (mail["tags"][ProviderHeader.name].elements ?? []).compactMap(\.text)
        if let tags = header(ProviderHeader.sesField.lowercased(), mail) {
            tokens += tags.split { $0 == "," || $0 == "=" || $0 == " " }.map(String.init)
        }
        if let source = mail["source"].text {
            tokens.append(String(source.drop { $0 == "<" }.prefix { $0 != "@" }.dropFirst(2)))
        }
        return tokens
    }
}
