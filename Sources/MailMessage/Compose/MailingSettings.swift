public import Delivery
internal import Foundation

/// What a worker must know of a mailing: the message, its return path, and when to try again.
///
/// The coordinator encodes it once, the queue stores it once per mailing, workers keep it compiled.
public struct MailingSettings: Sendable, Codable {
    public var template: MessageTemplate
    /// The address in MAIL FROM, to which bounce messages go, where it is not each contact's own.
    public var envelopeSender: String
    public var retry: RetryPolicy
    /// What becomes of a message that may or may not have been accepted.
    public var inDoubt: InDoubtPolicy
    /// Whether every server on the way must take it by TLS and prove who it is (RFC 8689); not when `nil`.
    public var requiresTLS: Bool?
    /// The template's files, which its own JSON leaves out.
    private var attachments: [MessageAttachment]?

    public init(
        template: MessageTemplate, envelopeSender: String, retry: RetryPolicy, inDoubt: InDoubtPolicy = .resend,
        requiresTLS: Bool = false
    ) {
        self.template = template
        self.envelopeSender = envelopeSender
        self.retry = retry
        self.inDoubt = inDoubt
        self.requiresTLS = requiresTLS ? true : nil
        attachments = template.attachments.isEmpty ? nil : template.attachments
    }

    /// Reads what ``encoded()`` wrote.
    ///
    /// - Throws: A decoding error when the bytes are of another version.
    public init(encoded bytes: [UInt8]) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(bytes))
        template.attachments = attachments ?? []
    }

    /// The settings as JSON.
    public func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return [UInt8](try encoder.encode(self))
    }
}
