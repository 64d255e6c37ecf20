internal import Delivery
internal import MailMessage

/// Reads the events of SendGrid's Event Webhook: an array of objects, each of one recipient.
enum SendGridReader {
    static func reports(_ json: JSONValue) throws(WebhookError) -> [ProviderReport] {
        guard let events = json.elements else {
            throw WebhookError(.malformed, "SendGrid posts a list of events")
        }
        return events.compactMap(report)
    }

    private static func report(_ event: JSONValue) -> ProviderReport? {
        guard let name = event["event"].text, let kind = kinds[name] else { return nil }
        var report = ProviderReport(
            .sendgrid, kind,
            identity: event["sg_event_id"].text.map { [$0] } ?? [
                nil, name, event["sg_message_id"].text, event["email"].text, event["timestamp"].text,
            ])
        report.time = ProviderTime.time(seconds: event["timestamp"].double)
        report.recipient = event["email"].text
        report.messageID = event["smtp-id"].text
        // Unique arguments stand beside the event's own fields, and by the newer reference also by themselves.
        report.tokens = [event[ProviderHeader.name].text, event["unique_args"][ProviderHeader.name].text]
            .compactMap(\.self)
        if name == "dropped" {
            let reason = event["reason"].text ?? ""
            report.terms = ["dropped: \(reason)", "dropped"]
            report.words = reason
            return report
        }
        report.words = (kind == .failed ? event["reason"].text : event["response"].text) ?? event["reason"].text ?? ""
        report.status = event["status"].text
        report.terms = [event["bounce_classification"].text, event["type"].text].compactMap(\.self)
        return report
    }

    private static let kinds: [String: ProviderReport.Kind] = [
        "bounce": .failed, "dropped": .failed, "deferred": .delayed, "delivered": .delivered,
        "spamreport": .complaint, "unsubscribe": .optOut, "group_unsubscribe": .optOut,
    ]
}
