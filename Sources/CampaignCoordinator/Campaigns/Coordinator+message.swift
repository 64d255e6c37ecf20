public import Contacts
internal import Delivery
public import MailMessage

extension Coordinator {
    /// Changes what a draft's messages have beside their text.
    ///
    /// - Throws: ``CoordinatorError`` when it cannot stand in a message, `ContactBookError` when the campaign was started.
    public func setMessage(_ name: String, mailing: String? = nil, _ change: MessageChange) async throws {
        let mailing = try await self.mailing(of: name, named: mailing)
        var template = try await settings(of: mailing).template
        if let message = change.message { template.options = message }
        if let files = change.files { template.attachments = files }
        try check(template, of: name)
        try await book.setMessage(
            mailing.id, template: try json(template), files: change.files?.map(MailingFile.init))
    }

    /// The links, list headers and the return path of a campaign's messages.
    public func messageOptions(_ mailing: Mailing) throws -> MessageOptions {
        try MailingSettings(mailing).template.options ?? MessageOptions()
    }

    /// A mailing's settings with its files.
    func settings(of mailing: Mailing) async throws -> MailingSettings {
        try MailingSettings(mailing, files: try await book.files(of: mailing.id))
    }

    /// Refuses a template that cannot become messages.
    func check(_ template: MessageTemplate, of campaign: String) throws {
        do {
            _ = try CompiledMessage(template)
        } catch {
            throw CoordinatorError(.badInput, "the message of campaign “\(campaign)” cannot be used: \(error)")
        }
    }
}

extension MailingFile {
    init(_ attachment: MessageAttachment) {
        self.init(
            name: attachment.name, type: attachment.type, isInline: attachment.isInline, content: attachment.content)
    }
}

extension MessageAttachment {
    init(_ file: MailingFile) {
        self.init(name: file.name, type: file.type, isInline: file.isInline, content: file.content)
    }
}
