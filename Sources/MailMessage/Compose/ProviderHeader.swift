internal import Delivery

/// The header field by which a provider is given our token, to repeat it in what it reports by HTTP.
///
/// Some take it out before they send, so DKIM does not cover it. What recipients may see of it is what a return path shows, too.
public enum ProviderHeader {
    /// The name under which a provider keeps the token.
    public static let name = "postrider"
    /// SES's field for tags of a message.
    public static let sesField = "X-SES-MESSAGE-TAGS"

    /// What stands before the token and behind it, up to the line's end.
    static func parts(for provider: MailProvider) -> (before: String, behind: String) {
        switch provider {
        case .ses: ("\(sesField): \(name)=", "\r\n")
        // Folded where JSON may have a space.
        case .sendgrid: ("X-SMTPAPI: {\"unique_args\":\r\n {\"\(name)\": \"", "\"}}\r\n")
        case .mailgun: ("X-Mailgun-Variables: {\"\(name)\": \"", "\"}\r\n")
        case .postmark: ("X-PM-Metadata-\(name): ", "\r\n")
        case .mailjet: ("X-MJ-CustomID: ", "\r\n")
        }
    }
}
