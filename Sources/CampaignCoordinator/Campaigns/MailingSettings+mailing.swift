internal import Contacts
internal import Delivery
internal import Foundation
internal import MailMessage

extension MailingSettings {
    /// Reads a mailing's settings from the book.
    ///
    /// - Parameter files: What goes with each message, where that matters.
    /// - Throws: ``CoordinatorError`` when another version wrote them.
    init(_ mailing: Mailing, files: [MailingFile] = []) throws {
        do {
            var template = try JSONDecoder().decode(MessageTemplate.self, from: Data(mailing.template.utf8))
            template.attachments = files.map(MessageAttachment.init)
            let retry = try JSONDecoder().decode(RetryPolicy.self, from: Data(mailing.retry.utf8))
            let options = try MailingOptions(mailing)
            self.init(
                template: template, envelopeSender: template.from.address, retry: retry, inDoubt: options.inDoubt,
                requiresTLS: options.requiresTLS)
        } catch {
            throw CoordinatorError(
                .badInput, "the message of campaign “\(mailing.campaign)” in the contact book cannot be read: \(error)")
        }
    }
}
