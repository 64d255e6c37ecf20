public import Delivery

/// Which providers may report, and how they prove who they are.
public struct WebhookConfiguration: Sendable {
    /// The topics of Amazon SNS that are listened to, by their ARN.
    public var ses: Set<String>?
    /// The keys by which SendGrid signs.
    public var sendgrid: [SendGridKey]?
    /// The keys by which Mailgun signs; several while one is being changed.
    public var mailgun: [MailgunKey]?
    public var postmark: WebhookCredentials?
    public var mailjet: WebhookCredentials?

    /// Nobody may.
    public init() {}

    /// The providers that may, in the order in which they are listed.
    public var providers: [MailProvider] {
        MailProvider.allCases.filter { provider in
            switch provider {
            case .ses: ses != nil
            case .sendgrid: sendgrid != nil
            case .mailgun: mailgun != nil
            case .postmark: postmark != nil
            case .mailjet: mailjet != nil
            }
        }
    }
}
