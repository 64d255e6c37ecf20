/// Why a template cannot become messages: which part of it, where, and what is wrong.
public struct MessageTemplateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The part of the template at fault.
    public enum Part: String, Hashable, Sendable {
        case fromName = "from name"
        case fromAddress = "from address"
        case replyTo = "reply-to"
        case subject
        case text
        case html = "HTML"
        case listUnsubscribe = "List-Unsubscribe"
        case messageID = "Message-ID"
        case bounceDomain = "bounce domain"
        case unsubscribeURL = "unsubscribe URL"
        case surveyURL = "survey URL"
        case listID = "List-Id"
        case feedbackID = "Feedback-ID"
        case trackingURL = "tracking URL"
        case attachment
    }

    public enum Code: Hashable, Sendable {
        /// The Mustache is not well-formed.
        case syntax
        /// Well-formed Mustache that a message cannot use: partials, inheritance, pragmas, dotted names.
        case unsupported
        /// An address, a domain, a salt or a file that cannot stand in a message.
        case invalidValue
    }

    public var code: Code
    public var part: Part
    /// What is wrong, for the owner of the template.
    public var message: String
    /// The line in the part, from 1, where that is known.
    public var line: Int?

    public init(_ code: Code, in part: Part, line: Int? = nil, _ message: String) {
        self.code = code
        self.part = part
        self.line = line
        self.message = message
    }

    public var description: String {
        let place = line.map { ", line \($0)" } ?? ""
        return "template \(part.rawValue)\(place): \(message)"
    }
}
