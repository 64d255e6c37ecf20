public import Delivery

/// What is needed to make a campaign with its invitation.
public struct APICampaignDraft: Hashable, Sendable, Codable {
    public var name: String
    public var list: String
    /// The sender, `Name <address>`.
    public var from: String
    public var replyTo: String?
    public var subject: String
    /// The template of the plain text.
    public var text: String
    /// The template of the HTML, where there is one.
    public var html: String?
    /// When to try again; `nil` takes the usual schedule.
    public var retry: RetryPolicy?

    public init(
        name: String, list: String, from: String, replyTo: String? = nil, subject: String, text: String,
        html: String? = nil, retry: RetryPolicy? = nil
    ) {
        self.name = name
        self.list = list
        self.from = from
        self.replyTo = replyTo
        self.subject = subject
        self.text = text
        self.html = html
        self.retry = retry
    }
}
