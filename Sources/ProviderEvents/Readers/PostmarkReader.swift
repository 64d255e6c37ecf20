internal import Delivery
internal import MailMessage

/// Reads an event of Postmark's webhooks, one a request.
///
/// Postmark gives messages ids of its own, so that only our token and the address tell whom it is about.
enum PostmarkReader {
    static func reports(_ json: JSONValue) throws(WebhookError) -> [ProviderReport] {
        guard let type = json["RecordType"].text else {
            throw WebhookError(.malformed, "there is no RecordType in it")
        }
        guard let (kind, terms) = meaning(type, json) else { return [] }
        let time = ["BouncedAt", "DeliveredAt", "ChangedAt"].lazy.compactMap { json[$0].text }.first
        var report = ProviderReport(
            .postmark, kind,
            // Only bounces have an id of their own.
            identity: json["ID"].text.map { [$0, type] } ?? [nil, type, json["MessageID"].text, recipient(json), time])
        report.time = time.flatMap { UnixTime(iso8601: $0) }
        report.recipient = recipient(json)
        report.tokens = [json["Metadata"][ProviderHeader.name].text].compactMap(\.self)
        report.words = json["Details"].text ?? ""
        report.terms = terms
        return [report]
    }

    private static func recipient(_ json: JSONValue) -> String? { json["Email"].text ?? json["Recipient"].text }

    /// What a record tells; `nil` when it is none of our business.
    private static func meaning(_ type: String, _ json: JSONValue) -> (ProviderReport.Kind, [String])? {
        switch type {
        case "Delivery": return (.delivered, [])
        case "SpamComplaint": return (.complaint, [])
        case "SubscriptionChange":
            // Hard bounces and complaints have records of their own, which say more.
            guard json["SuppressSending"].flag == true, json["SuppressionReason"].text == "ManualSuppression" else {
                return nil
            }
            return json["Origin"].text == "Recipient" ? (.optOut, []) : (.failed, ["ManualSuppression"])
        case "Bounce":
            guard let name = json["Type"].text ?? json["TypeCode"].whole.flatMap({ names[$0] }) else {
                return (.failed, [])
            }
            switch name {
            case "Transient": return (.delayed, [])
            case "Unsubscribe": return (.optOut, [])
            case "SpamComplaint": return (.complaint, [])
            case "Subscribe", "Unconfirmed", "InboundError", "TemplateRenderingFailed": return nil
            default: return (.failed, [name])
            }
        default: return nil
        }
    }

    /// The names of bounce types by their codes.
    private static let names: [Int: String] = [
        1: "HardBounce", 2: "Transient", 16: "Unsubscribe", 32: "Subscribe", 64: "AutoResponder",
        128: "AddressChange", 256: "DnsError", 512: "SpamNotification", 1024: "OpenRelayTest", 2048: "Unknown",
        4096: "SoftBounce", 8192: "VirusNotification", 16384: "ChallengeVerification", 100_000: "BadEmailAddress",
        100_001: "SpamComplaint", 100_002: "ManuallyDeactivated", 100_003: "Unconfirmed", 100_006: "Blocked",
        100_007: "SMTPApiError", 100_008: "InboundError", 100_009: "DMARCPolicy",
        100_010: "TemplateRenderingFailed",
    ]
}
