public import Contacts
public import Delivery
internal import Foundation
internal import JobQueue
internal import MailMessage

extension Coordinator {
    /// Creates a campaign with its invitation, as a draft.
    ///
    /// - Throws: ``CoordinatorError`` when an address or a template is not well-formed, `ContactBookError` when the name is
    ///   taken or the list unknown.
    public func createCampaign(_ draft: CampaignDraft) async throws -> Campaign {
        let template = MessageTemplate(
            from: try mailbox(draft.from, option: "--from"),
            replyTo: try draft.replyTo.map { try mailbox($0, option: "--reply-to") },
            subject: draft.subject, text: draft.text, html: draft.html, messageIDSalt: try messageIDSalt(),
            options: draft.message, attachments: draft.files ?? [])
        try check(template, of: draft.name)
        return try await book.createCampaign(
            name: draft.name, list: draft.list, template: try json(template), retry: try json(draft.retry ?? .standard),
            options: try json(draft.options ?? .standard), files: template.attachments.map(MailingFile.init), at: .now)
    }

    /// Changes how a campaign is to be sent; the feeder tells the queue of it.
    ///
    /// - Throws: ``CoordinatorError`` when the policy for what is in doubt, or whether TLS is required, would change after the start.
    public func setOptions(_ name: String, mailing: String? = nil, _ options: MailingOptions) async throws {
        let mailing = try await self.mailing(of: name, named: mailing)
        let former = try MailingOptions(mailing)
        guard mailing.state == .draft || options.inDoubt == former.inDoubt else {
            throw CoordinatorError(
                .wrongState,
                "the campaign “\(name)” is started: what becomes of messages in doubt is chosen before the start")
        }
        guard mailing.state == .draft || options.requiresTLS == former.requiresTLS else {
            throw CoordinatorError(
                .wrongState, "the campaign “\(name)” is started: whether it requires TLS is chosen before the start")
        }
        try await book.setOptions(mailing.id, try json(options))
    }

    /// Starts a mailing of a campaign.
    ///
    /// - Returns: What its owner should know, such as that licences are missing.
    /// - Throws: ``CoordinatorError`` when the message names a field that no contact has, or there is nobody to send it to;
    ///   `ContactBookError` when it was started before.
    public func startCampaign(_ name: String, mailing: String? = nil) async throws -> [String] {
        let mailing = try await self.mailing(of: name, named: mailing)
        let settings = try MailingSettings(mailing)
        let list = try await book.list(named: mailing.list)
        guard list.contacts > 0 else {
            throw CoordinatorError(
                .wrongState,
                "the list “\(list.name)” has no contacts; import some with: postrider contacts import FILE.csv --list '\(list.name)'"
            )
        }
        let known = Set(list.columns)
        let unknown = try settings.template.fieldNames().filter { !known.contains($0) }
        guard unknown.isEmpty else {
            let columns =
                list.columns.isEmpty
                ? "it has no columns but email" : "its columns are " + list.columns.joined(separator: ", ")
            throw CoordinatorError(
                .badInput,
                "the message names \(unknown.count == 1 ? "a field" : "fields") that no contact of “\(list.name)” has: "
                    + unknown.map { "{{\($0)}}" }.joined(separator: ", ")
                    + " (\(columns)); \(mailing.selection == nil ? "mend the template in a new campaign" : "replace the reminder"), "
                    + "or import the field")
        }
        var audience: AudienceForecast?
        if let selection = mailing.selection { audience = try await audienceAtStart(of: mailing, selection) }
        try await book.start(mailing.id, as: mailing, at: .now)
        var notes = audience.map { Self.notes(on: $0) } ?? []
        let contacts = audience?.reached ?? list.contacts
        let licences = try await book.licenceSummary()
        if licences.available < contacts {
            notes.append(
                "\(licences.available) licences are available for \(contacts) contacts; the mailing waits when they are used up "
                    + "and goes on after: postrider licences add N")
        }
        return notes
    }

    /// Stops feeding and claiming; what workers have in hand finishes.
    public func pauseCampaign(_ name: String, mailing: String? = nil) async throws {
        let mailing = try await self.mailing(of: name, named: mailing)
        try await book.pause(mailing.id)
        // The feeder makes Redis agree in any case; asked here, it happens at once.
        _ = try? await queue.pause(mailing.id)
    }

    /// Lets a paused campaign go on where it was.
    public func resumeCampaign(_ name: String, mailing: String? = nil) async throws {
        let mailing = try await self.mailing(of: name, named: mailing)
        try await book.resume(mailing.id)
        _ = try? await queue.resume(mailing.id)
    }

    /// Stops a campaign for good; what workers have in hand finishes and still counts.
    public func cancelCampaign(_ name: String, mailing: String? = nil) async throws {
        let mailing = try await self.mailing(of: name, named: mailing)
        try await book.cancel(mailing.id, at: .now)
        try? await queue.cancel(mailing.id)
    }

    /// The exact message that a contact gets, were it sent now.
    public func preview(_ name: String, mailing: String? = nil, contact address: String) async throws -> [UInt8] {
        let mailing = try await self.mailing(of: name, named: mailing)
        let message = try CompiledMessage(
            try await settings(of: mailing).template, tokenKey: tokenKeys.current)
        let contact = try await book.contact(inList: mailing.list, address: address)
        let job = DeliveryJob(
            id: try await job(of: contact, in: mailing), address: contact.address,
            fields: message.fieldNames.map { contact.fields[$0] ?? "" })
        var buffer = MessageBuffer()
        _ = message.render(job, date: .now, into: &buffer)
        return buffer.withUnsafeBytes { [UInt8]($0) }
    }

    /// The delivery of a contact, which its Message-ID and its links are made of.
    ///
    /// Before the start there is none; its place is then one that no contact gets, so that a link in the preview is nobody's.
    private func job(of contact: Contact, in mailing: Mailing) async throws -> DeliveryJob.ID {
        let history = try await book.history(ofAddress: contact.address)
        let delivery = history.deliveries.first {
            $0.contact == contact.number && $0.campaign == mailing.campaign && $0.mailing == mailing.name
        }
        let ordinal = delivery?.job.split(separator: ":").last.flatMap { UInt32($0) } ?? .max
        return DeliveryJob.ID(mailing: mailing.id, ordinal: ordinal)
    }

    /// All campaigns, the oldest first.
    public func campaigns() async throws -> [Campaign] {
        try await book.campaigns()
    }

    /// A campaign's grids of numbers.
    public func statistics(_ name: String) async throws -> CampaignStatistics {
        try await book.statistics(campaign: name)
    }

    /// Adds up everything in the book, and says what does not.
    ///
    /// - Parameters:
    ///   - name: One campaign, or `nil` for all.
    ///   - mailing: One of its mailings, or `nil` for all of them.
    public func audit(_ name: String?, mailing: String? = nil) async throws -> AuditReport {
        try await book.audit(campaign: name, mailing: mailing)
    }

    /// Why the mailings do not go on as they should at the moment, if there is a reason that concerns all of them.
    public var feedingHold: String? { hold.current }

    /// A mailing of a campaign by its name; without one, the only mailing that the campaign has.
    ///
    /// - Throws: `ContactBookError` when there is none of this name, or several and none is named.
    public func mailing(of campaign: String, named name: String?) async throws -> Mailing {
        try await book.mailing(of: campaign, named: name)
    }

    func mailbox(_ text: String, option: String) throws -> MailboxField {
        do {
            let mailbox = try NamedMailbox(parsing: text)
            return MailboxField(displayName: mailbox.displayName, address: mailbox.address.normalized)
        } catch {
            throw CoordinatorError(
                .badInput, "\(option): “\(text)” is not a sender: \(error); write it as 'Name <name@example.org>'")
        }
    }

    func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
