/// A service that takes our mail as a smart host and reports by HTTP what became of it.
///
/// The raw value is the word of the command line, of the configuration and of the path `/hooks/…`.
public enum MailProvider: String, Hashable, Sendable, CaseIterable, Codable {
    /// Amazon Simple Email Service, whose events come through its Simple Notification Service.
    case ses
    case sendgrid
    case mailgun
    case postmark
    case mailjet

    /// The name as people write it.
    public var name: String {
        switch self {
        case .ses: "Amazon SES"
        case .sendgrid: "SendGrid"
        case .mailgun: "Mailgun"
        case .postmark: "Postmark"
        case .mailjet: "Mailjet"
        }
    }
}
