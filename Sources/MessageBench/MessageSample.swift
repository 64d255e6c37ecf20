internal import MailMessage

/// The messages that are measured, of about 2 KB.
struct MessageSample {
    var template: MessageTemplate
    var key: TokenKey?

    private static let from = MailboxField(displayName: "Example Surveys", address: "survey@example.org")
    private static let lines = String(
        repeating: "This line is one of many that make up a message of ordinary length.\n", count: 22)

    /// Two fields near the beginning, as in scripts/bench.
    static var text: MessageSample {
        MessageSample(
            template: MessageTemplate(
                from: from, subject: "Points for {{first_name}}",
                text: "Dear {{first_name}},\n\nfive questions wait for you, and {{points}} points.\n\n\(lines)",
                messageIDSalt: "bench"))
    }

    /// Text and HTML with links of the contact's own.
    static var html: MessageSample {
        get throws {
            var options = MessageOptions()
            options.unsubscribeURL = "https://example.org/u"
            options.surveyURL = "https://example.org/s"
            let half = lines.prefix(lines.count / 2)
            return MessageSample(
                template: MessageTemplate(
                    from: from, subject: "Points for {{first_name}}",
                    text: "\(half)Dear {{first_name}},\n{{surveyLink}}\n{{unsubscribeLink}}\n",
                    html: "<p>\(half)</p><p>Dear {{first_name}}, <a href=\"{{surveyLink}}\">here</a></p>\n",
                    messageIDSalt: "bench", options: options),
                key: try TokenKey(id: 1, secret: [UInt8](repeating: 7, count: 32)))
        }
    }

    /// The same body for everybody.
    static var constant: MessageSample {
        MessageSample(
            template: MessageTemplate(
                from: from, subject: "Points for {{first_name}}", text: lines, messageIDSalt: "bench"))
    }
}
