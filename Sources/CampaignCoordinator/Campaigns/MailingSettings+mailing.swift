internal import Contacts
internal import Delivery
internal import Foundation
internal import MailMessage

extension MailingSettings {
    /// Reads a mailing's settings from the book.
    ///
    /// - Throws: ``CoordinatorError`` when another version wrote them.
    init(_ mailing: Mailing) throws {
        do {
            let template = try JSONDecoder().decode(MessageTemplate.self, from: Data(mailing.template.utf8))
            let retry = try JSONDecoder().decode(RetryPolicy.self, from: Data(mailing.retry.utf8))
            self.init(
                template: template, envelopeSender: template.from.address, retry: retry,
                inDoubt: try MailingOptions(mailing).inDoubt)
        } catch {
            throw CoordinatorError(
                .badInput, "the message of campaign “\(mailing.campaign)” in the contact book cannot be read: \(error)")
        }
    }
}
