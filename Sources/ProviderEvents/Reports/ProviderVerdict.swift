internal import Delivery

/// What a provider's own terms for a failure mean: rule W1, the table that docs/webhooks.md tells to users.
struct ProviderVerdict: Hashable, Sendable {
    var outcome: Outcome?
    var reason: Reason
    /// Whether it counts before the words of a server: there were none, or they are the provider's.
    var isDecisive: Bool

    var classification: Classification { Classification(outcome: outcome, reason: reason, rule: "W1") }

    /// The verdict of the first term that has one.
    static func find(_ provider: MailProvider, _ terms: [String]) -> ProviderVerdict? {
        for term in terms {
            if let verdict = index[provider]?[term.lowercased()] { return verdict }
        }
        return nil
    }

    /// A line of the table.
    struct Row: Sendable {
        var provider: MailProvider
        var term: String
        var verdict: ProviderVerdict
    }

    private static func row(
        _ provider: MailProvider, _ term: String, _ outcome: Outcome?, _ reason: Reason, decisive: Bool = false
    ) -> Row {
        Row(
            provider: provider, term: term,
            verdict: ProviderVerdict(outcome: outcome, reason: reason, isDecisive: decisive))
    }

    /// All of it, as it stands in the documentation.
    static let table: [Row] = [
        // bounceType/bounceSubType
        row(.ses, "Permanent/General", .bounced, .hardBounce),
        row(.ses, "Permanent/NoEmail", .bounced, .noSuchUser),
        row(.ses, "Permanent/Suppressed", .bounced, .providerSuppressed, decisive: true),
        row(.ses, "Permanent/OnAccountSuppressionList", .bounced, .providerSuppressed, decisive: true),
        // A complaint's complaintSubType: it complained of an earlier message.
        row(.ses, "Complaint/OnAccountSuppressionList", .spam, .providerSuppressed, decisive: true),
        row(.ses, "Permanent/UnsubscribedRecipient", .unsubscribed, .providerSuppressed, decisive: true),
        // Absence notices come under this name too: without a server's words it is no reason to send again.
        row(.ses, "Transient/General", nil, .unknown),
        row(.ses, "Transient/MailboxFull", .softBounced, .mailboxFull),
        row(.ses, "Transient/MessageTooLarge", .softBounced, .tooBig),
        row(.ses, "Transient/CustomTimeoutExceeded", .softBounced, .expired),
        row(.ses, "Transient/ContentRejected", .rejected, .policy),
        row(.ses, "Transient/AttachmentRejected", .rejected, .virusOrAttachment),
        row(.ses, "Undetermined/Undetermined", .softBounced, .unknown),
        row(.ses, "Reject", .rejected, .virusOrAttachment, decisive: true),

        // bounce_classification
        row(.sendgrid, "Invalid Address", .bounced, .noSuchUser),
        row(.sendgrid, "Technical", .softBounced, .unknown),
        row(.sendgrid, "Content", .spam, .spamContent),
        row(.sendgrid, "Reputation", .bounced, .senderBlocked),
        row(.sendgrid, "Frequency/Volume", .softBounced, .rateLimited),
        row(.sendgrid, "Mailbox Unavailable", .softBounced, .mailboxUnavailable),
        // type
        row(.sendgrid, "bounce", .bounced, .hardBounce),
        row(.sendgrid, "blocked", .softBounced, .unknown),
        row(.sendgrid, "expired", .softBounced, .expired),
        // The reason of a drop: nothing was sent.
        row(.sendgrid, "dropped: Bounced Address", .bounced, .providerSuppressed, decisive: true),
        row(.sendgrid, "dropped: Spam Reporting Address", .spam, .providerSuppressed, decisive: true),
        row(.sendgrid, "dropped: Unsubscribed Address", .unsubscribed, .providerSuppressed, decisive: true),
        row(.sendgrid, "dropped: Invalid", .bounced, .noSuchUser, decisive: true),
        row(.sendgrid, "dropped: Spam Content", .spam, .spamContent, decisive: true),
        row(.sendgrid, "dropped: Invalid SMTPAPI header", .rejected, .malformedMessage, decisive: true),
        row(.sendgrid, "dropped: Recipient List over Package Quota", .softBounced, .rateLimited, decisive: true),
        row(.sendgrid, "dropped", .rejected, .policy),

        // reason
        row(.mailgun, "suppress-bounce", .bounced, .providerSuppressed, decisive: true),
        row(.mailgun, "suppress-complaint", .spam, .providerSuppressed, decisive: true),
        row(.mailgun, "suppress-unsubscribe", .unsubscribed, .providerSuppressed, decisive: true),
        row(.mailgun, "old", .softBounced, .expired),
        row(.mailgun, "espblock", .bounced, .senderBlocked),
        row(.mailgun, "greylisted", .softBounced, .greylisted),
        // bounce-type
        row(.mailgun, "hard", .bounced, .hardBounce),
        row(.mailgun, "soft", .softBounced, .unknown),
        row(.mailgun, "bounce", .bounced, .hardBounce),
        row(.mailgun, "generic", .softBounced, .unknown),
        row(.mailgun, "rejected", .rejected, .policy, decisive: true),

        // Type, or TypeCode
        row(.postmark, "HardBounce", .bounced, .hardBounce),
        row(.postmark, "SoftBounce", .softBounced, .mailboxUnavailable),
        row(.postmark, "DnsError", .softBounced, .dnsTemporary),
        row(.postmark, "SpamNotification", .spam, .spamContent),
        row(.postmark, "VirusNotification", .rejected, .virusOrAttachment),
        row(.postmark, "Blocked", .bounced, .senderBlocked),
        row(.postmark, "DMARCPolicy", .rejected, .senderAuthentication),
        row(.postmark, "BadEmailAddress", .bounced, .noSuchUser, decisive: true),
        row(.postmark, "ManuallyDeactivated", .bounced, .providerSuppressed, decisive: true),
        row(.postmark, "ManualSuppression", .unsubscribed, .providerSuppressed, decisive: true),
        row(.postmark, "SMTPApiError", .rejected, .malformedMessage, decisive: true),
        row(.postmark, "Unknown", .softBounced, .unknown),
        row(.postmark, "AutoResponder", nil, .automaticReply, decisive: true),
        row(.postmark, "AddressChange", nil, .automaticReply, decisive: true),
        row(.postmark, "ChallengeVerification", nil, .automaticReply, decisive: true),
        row(.postmark, "OpenRelayTest", nil, .automaticReply, decisive: true),

        // error
        row(.mailjet, "user unknown", .bounced, .noSuchUser),
        row(.mailjet, "mailbox inactive", .bounced, .mailboxDisabled),
        row(.mailjet, "quota exceeded", .softBounced, .mailboxFull),
        row(.mailjet, "invalid domain", .bounced, .noSuchDomain),
        row(.mailjet, "no mail host", .bounced, .noSuchDomain),
        row(.mailjet, "typofix", .bounced, .noSuchDomain),
        row(.mailjet, "relay/access denied", .bounced, .senderBlocked),
        row(.mailjet, "greylisted", .softBounced, .greylisted),
        row(.mailjet, "sender blocked", .bounced, .senderBlocked),
        row(.mailjet, "content blocked", .spam, .spamContent),
        row(.mailjet, "policy issue", .rejected, .policy),
        row(.mailjet, "system issue", .softBounced, .unknown),
        row(.mailjet, "protocol issue", .rejected, .protocolError),
        row(.mailjet, "connection issue", .softBounced, .unreachable),
        row(.mailjet, "preblocked", .bounced, .providerSuppressed, decisive: true),
        row(.mailjet, "blacklisted", .unsubscribed, .providerSuppressed, decisive: true),
        row(.mailjet, "spam reporter", .spam, .providerSuppressed, decisive: true),
        row(.mailjet, "duplicate in campaign", nil, .duplicate, decisive: true),
        row(.mailjet, "hard bounce", .bounced, .hardBounce),
        row(.mailjet, "soft bounce", .softBounced, .unknown),
        row(.mailjet, "blocked", .rejected, .policy),
    ]

    private static let index = Dictionary(grouping: table, by: \.provider).mapValues { rows in
        Dictionary(rows.map { ($0.term.lowercased(), $0.verdict) }) { first, _ in first }
    }
}
