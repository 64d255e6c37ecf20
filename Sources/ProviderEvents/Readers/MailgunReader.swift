internal import Delivery
internal import MailMessage

/// Reads an event of Mailgun's webhooks, one a request.
enum MailgunReader {
    static func reports(_ json: JSONValue) throws(WebhookError) -> [ProviderReport] {
        let event = json["event-data"]
        guard let name = event["event"].text else {
            throw WebhookError(.malformed, "there is no event-data in it, as in Mailgun's webhooks of version 3")
        }
        guard var kind = kinds[name] else { return [] }
        if name == "failed", event["severity"].text == "temporary" { kind = .delayed }
        let seconds = event["timestamp"].double
        var report = ProviderReport(
            .mailgun, kind,
            // Its id is unique within a day only.
            identity: [event["id"].text, name, seconds.map { String($0) }, event["recipient"].text])
        report.time = ProviderTime.time(seconds: seconds)
        report.recipient = event["recipient"].text
        report.messageID = event["message"]["headers"]["message-id"].text
        report.tokens = [event["user-variables"][ProviderHeader.name].text].compactMap(\.self)
        let status = event["delivery-status"]
        let words = status["message"].text ?? status["description"].text ?? event["reject"]["reason"].text ?? ""
        report.status = status["enhanced-code"].text
        // Codes such as 498 and 605 are Mailgun's own.
        if let code = status["code"].whole,
            [200..<300, 400..<498, 500..<600].contains(where: { $0.contains(code) }), !words.hasPrefix("\(code)")
        {
            report.words = "\(code) \(words)"
        } else {
            report.words = words
        }
        report.terms = [event["reason"].text, status["bounce-type"].text].compactMap(\.self)
        // What it means is in "bounce-type" where there is one; "bounce" and "generic" say little.
        if let type = status["bounce-type"].text, let reason = event["reason"].text,
            ["bounce", "generic"].contains(reason)
        {
            report.terms = [type, reason]
        }
        if name == "rejected" { report.terms = ["rejected"] }
        return [report]
    }

    private static let kinds: [String: ProviderReport.Kind] = [
        "failed": .failed, "rejected": .failed, "delivered": .delivered, "complained": .complaint,
        "unsubscribed": .optOut,
    ]
}
