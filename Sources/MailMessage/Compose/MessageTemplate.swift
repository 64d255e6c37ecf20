/// What the owner of a mailing wrote: sender, subject and texts, with merge fields in Mustache.
///
/// - `{{name}}` puts in the contact's field `name`: as it is in the subject, the text and the sender's name,
///   HTML-escaped in the HTML. `{{{name}}}` is never escaped.
/// - `{{email}}` is the contact's address. With the addresses that they begin with, `{{unsubscribeLink}}` and `{{surveyLink}}`
///   are the contact's own links.
/// - `{{#name}}…{{/name}}` is kept when the field holds something, `{{^name}}…{{/name}}` when it is empty. A CSV file knows
///   no nulls, so an empty field counts as absent. Inside the former `{{.}}` is the field itself.
/// - `{{uppercased(name)}}`, and likewise `lowercased`, `capitalized`, `reversed` and `empty`, transform a field.
/// - Comments `{{! … }}` and set-delimiter tags `{{=<% %>=}}` work. Partials, inheritance, pragmas and dotted names are refused.
public struct MessageTemplate: Hashable, Sendable, Codable {
    /// The sender.
    ///
    /// Its display name may hold merge fields, its address may not.
    public var from: MailboxField
    /// Where answers go, if not to the sender.
    ///
    /// It may not hold merge fields.
    public var replyTo: MailboxField?
    public var subject: String
    /// The text/plain body.
    public var text: String
    /// The text/html body; with it the message becomes multipart/alternative.
    public var html: String?
    /// The value of a List-Unsubscribe header (RFC 2369), with merge fields; `nil` leaves the header out.
    public var listUnsubscribe: String?
    /// The right-hand side of each Message-ID; the domain of the sender's address when `nil`.
    public var messageIDDomain: String?
    /// What keeps the Message-IDs of two deployments apart, of letters, digits and hyphens; from the content when `nil`.
    public var messageIDSalt: String?
    /// Links, list headers and the return path; none when `nil`.
    public var options: MessageOptions?
    /// The files that go with it; they are kept apart from the template and are not part of its JSON.
    public var attachments: [MessageAttachment] = []

    private enum CodingKeys: String, CodingKey {
        case from, replyTo, subject, text, html, listUnsubscribe, messageIDDomain, messageIDSalt, options
    }

    public init(
        from: MailboxField, replyTo: MailboxField? = nil, subject: String, text: String, html: String? = nil,
        listUnsubscribe: String? = nil, messageIDDomain: String? = nil, messageIDSalt: String? = nil,
        options: MessageOptions? = nil, attachments: [MessageAttachment] = []
    ) {
        self.from = from
        self.replyTo = replyTo
        self.subject = subject
        self.text = text
        self.html = html
        self.listUnsubscribe = listUnsubscribe
        self.messageIDDomain = messageIDDomain
        self.messageIDSalt = messageIDSalt
        self.options = options
        self.attachments = attachments
    }

    /// The names of the merge fields that the message uses, each once, in the order in which a render wants their values.
    ///
    /// `email` is not among them, it is the recipient's address; nor are the links.
    /// - Throws: ``MessageTemplateError`` when a part of the template is not well-formed.
    public func fieldNames() throws -> [String] {
        try CompiledMessage(self).fieldNames
    }
}
