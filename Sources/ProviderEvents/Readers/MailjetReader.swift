internal import Delivery

/// Reads the events of Mailjet's Event API: one object, or a list of them where they are grouped.
enum MailjetReader {
    static func reports(_ json: JSONValue) throws(WebhookError) -> [ProviderReport] {
        guard let events = json.elements ?? (json.isObject ? [json] : nil) else {
            throw WebhookError(.malformed, "Mailjet posts an event or a list of events")
        }
        return events.compactMap(report)
    }

    private static func report(_ event: JSONValue) -> ProviderReport? {
        guard let name = event["event"].text, var kind = kinds[name] else { return nil }
        let error = event["error"].text
        let isHard = event["hard_bounce"].flag == true
        // "Delivery will be re-attempted."
        if name == "bounce", error == "greylisted", !isHard { kind = .delayed }
        var report = ProviderReport(
            .mailjet, kind,
            // It gives its events no ids.
            identity: [
                event["MessageID"].text ?? event["mj_message_id"].text, name, event["time"].text, event["email"].text,
            ])
        report.time = ProviderTime.time(seconds: event["time"].double)
        report.recipient = event["email"].text
        report.tokens = [event["CustomID"].text].compactMap(\.self)
        report.words = event["comment"].text ?? ""
        if let reply = event["smtp_reply"].text {
            // Written as `sent (250 2.0.0 OK)`.
            report.words = String(reply.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" })
        }
        let general = name == "bounce" ? (isHard ? "hard bounce" : "soft bounce") : name
        report.terms = [error, general].compactMap(\.self)
        return report
    }

    private static let kinds: [String: ProviderReport.Kind] = [
        "bounce": .failed, "blocked": .failed, "sent": .delivered, "spam": .complaint, "unsub": .optOut,
    ]
}
