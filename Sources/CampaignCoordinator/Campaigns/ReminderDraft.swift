public import Contacts
public import Delivery
public import MailMessage

/// What the owner of a new reminder gives; the body of the API's request, too.
///
/// What is left out of how it is sent is that of the campaign's invitation.
public struct ReminderDraft: Hashable, Sendable, Codable {
    /// Its name; the first of `reminder`, `reminder-2`, … that is free when `nil`.
    public var name: String?
    /// Whether a draft of this name gives way; it does not when `nil`.
    public var replace: Bool?
    /// The earlier mailing whose contacts are meant; the campaign's first when `nil`.
    public var of: String?
    /// Who of them is meant; those that are Sent and did not complete the survey when `nil`.
    public var audience: AudienceFilter?
    /// The sender as people write it: `Name <a@b>` or an address alone.
    public var from: String?
    /// Where answers go; `none` when to the sender.
    public var replyTo: String?
    public var subject: String
    public var text: String
    public var html: String?
    /// When to try again.
    public var retry: RetryPolicy?
    /// How it is to be sent.
    public var options: MailingOptions?
    /// Links, list headers and the return path.
    public var message: MessageOptions?
    /// The files that go with each message; none when `nil`.
    public var files: [MessageAttachment]?

    public init(
        name: String? = nil, replace: Bool? = nil, of: String? = nil, audience: AudienceFilter? = nil,
        from: String? = nil, replyTo: String? = nil, subject: String, text: String, html: String? = nil,
        retry: RetryPolicy? = nil, options: MailingOptions? = nil, message: MessageOptions? = nil,
        files: [MessageAttachment]? = nil
    ) {
        self.name = name
        self.replace = replace
        self.of = of
        self.audience = audience
        self.from = from
        self.replyTo = replyTo
        self.subject = subject
        self.text = text
        self.html = html
        self.retry = retry
        self.options = options
        self.message = message
        self.files = files
    }
}

/// The question whom a reminder would reach; the body of the API's request, too.
public struct AudienceQuestion: Hashable, Sendable, Codable {
    /// The earlier mailing whose contacts are meant; the campaign's first when `nil`.
    public var of: String?
    /// Who of them is meant; those that are Sent and did not complete the survey when `nil`.
    public var audience: AudienceFilter?

    public init(of: String? = nil, audience: AudienceFilter? = nil) {
        self.of = of
        self.audience = audience
    }
}

/// Whom a reminder would reach now.
public struct ReminderReport: Hashable, Sendable, Codable {
    /// The name of the reminder that was created; `nil` when it was only asked.
    public var mailing: String?
    public var audience: AudienceForecast
    /// Remarks for people, such as that the earlier mailing is still on its way.
    public var notes: [String]
}
