public import Contacts
public import Delivery
internal import Foundation

extension MailingOptions {
    /// Reads a mailing's options from the book.
    ///
    /// - Throws: ``CoordinatorError`` when another version wrote them.
    public init(_ mailing: Mailing) throws {
        do {
            self = try JSONDecoder().decode(MailingOptions.self, from: Data(mailing.options.utf8))
        } catch {
            throw CoordinatorError(
                .badInput, "the options of campaign “\(mailing.campaign)” in the contact book cannot be read: \(error)")
        }
    }
}
