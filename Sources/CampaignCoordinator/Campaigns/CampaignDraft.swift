public import Delivery
public import MailMessage

/// What the owner of a new campaign gives; the body of the API's request, too.
public struct CampaignDraft: Hashable, Sendable, Codable {
    public var name: String
    public var list: String
    /// The sender as people write it: `Name <a@b>` or an address alone.
    public var from: String
    public var replyTo: String?
    public var subject: String
    public var text: String
    public var html: String?
    /// When to try again; the standard schedule when `nil`.
    public var retry: RetryPolicy?
    /// How it is to be sent; the standard options when `nil`.
    public var options: MailingOptions?
    /// Links, list headers and the return path; none when `nil`.
    public var message: MessageOptions?
    /// The files that go with each message; none when `nil`.
    public var files: [MessageAttachment]?

    public init(
        name: String, list: String, from: String, replyTo: String? = nil, subject: String, text: String,
        html: String? = nil, retry: RetryPolicy? = nil, options: MailingOptions? = nil,
        message: MessageOptions? = nil, files: [MessageAttachment]? = nil
    ) {
        self.name = name
        self.list = list
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
