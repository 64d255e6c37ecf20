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

// One key that was misspelt would have the reminder go to others than were meant.
extension ReminderDraft {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, replace, of, audience, from, replyTo, subject, text, html, retry, options, message, files
    }

    /// Refuses keys that it does not know.
    public init(from decoder: any Decoder) throws {
        try decoder.refuse(unknownTo: CodingKeys.allCases.map(\.rawValue), of: "a reminder")
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decodeIfPresent(String.self, forKey: .name),
            replace: try container.decodeIfPresent(Bool.self, forKey: .replace),
            of: try container.decodeIfPresent(String.self, forKey: .of),
            audience: try container.decodeIfPresent(AudienceFilter.self, forKey: .audience),
            from: try container.decodeIfPresent(String.self, forKey: .from),
            replyTo: try container.decodeIfPresent(String.self, forKey: .replyTo),
            subject: try container.decode(String.self, forKey: .subject),
            text: try container.decode(String.self, forKey: .text),
            html: try container.decodeIfPresent(String.self, forKey: .html),
            retry: try container.decodeIfPresent(RetryPolicy.self, forKey: .retry),
            options: try container.decodeIfPresent(MailingOptions.self, forKey: .options),
            message: try container.decodeIfPresent(MessageOptions.self, forKey: .message),
            files: try container.decodeIfPresent([MessageAttachment].self, forKey: .files))
    }
}

extension AudienceQuestion {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case of, audience
    }

    /// Refuses keys that it does not know.
    public init(from decoder: any Decoder) throws {
        try decoder.refuse(unknownTo: CodingKeys.allCases.map(\.rawValue), of: "the question")
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            of: try container.decodeIfPresent(String.self, forKey: .of),
            audience: try container.decodeIfPresent(AudienceFilter.self, forKey: .audience))
    }
}

extension Decoder {
    fileprivate func refuse(unknownTo known: [String], of what: String) throws {
        guard let key = try firstKey(unknownTo: known) else { return }
        throw DecodingError.dataCorrupted(
            .init(
                codingPath: codingPath,
                debugDescription: "\"\(key)\" is no key of \(what); there are \(known.joined(separator: ", "))"))
    }
}
