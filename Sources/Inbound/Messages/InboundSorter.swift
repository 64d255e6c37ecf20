public import Delivery
public import MailMessage

/// Makes events for the contact book out of an incoming message: whom it is about, what it means, and which makes it one.
///
/// Whom it is about is known, in this order, by the token in the address that it came to; by the token in the ENVID that a
/// report repeats; by the code in the Message-ID of the message that came back; by tokens anywhere in the message, if they name
/// one delivery; else by what the report says of Message-ID and recipients. A token or a code is proof, the rest is a clue.
public struct InboundSorter: Sendable {
    private let keys: TokenKeys

    public init(keys: TokenKeys) {
        self.keys = keys
    }

    /// Reads a message that came to some addresses of ours, one event for each delivery that it is about.
    ///
    /// - Parameters:
    ///   - sender: the address in MAIL FROM, empty for the null reverse path; `nil` where the message itself tells (Return-Path).
    ///   - time: when it came.
    public func sort(
        _ message: [UInt8], from sender: String? = nil, to addresses: [InboundAddress], at time: UnixTime
    ) -> SortedMessage {
        // As the last server does (RFC 5321 §4.4): what has no return path was written by a program.
        let returnPath = sender.map { Array("Return-Path: <\($0)>\r\n".utf8) } ?? []
        let message = returnPath + message
        return sort(EventDraft(reading: message, time: time), of: message, to: addresses)
    }

    /// Reads a message from a mailbox: the addresses that it came to are those in its header.
    ///
    /// Without one that is ours it is read as a report about anybody, since the server that took it knew whose mailbox this is.
    public func sort(_ message: [UInt8], inMailboxOf book: InboundAddresses, at time: UnixTime) -> SortedMessage {
        let draft = EventDraft(reading: message, time: time)
        let addresses = draft.message.addressees.compactMap { try? book.meaning(of: $0) }
        return sort(draft, of: message, to: addresses.isEmpty ? [.reports] : addresses)
    }

    private func sort(_ draft: EventDraft, of message: [UInt8], to addresses: [InboundAddress]) -> SortedMessage {
        var events: [InboundEvent] = []
        var seen: Set<InboundAddress> = []
        for address in addresses where seen.insert(address).inserted {
            switch address {
            case .returnPath(let job): events += event(draft, about: job).map { [$0] } ?? []
            case .unsubscribe(let job): events += unsubscribed(draft, job).map { [$0] } ?? []
            case .reports: events += reported(draft, in: message)
            }
        }
        // By several addresses of ours, which a header may name, it is still one piece of news about a delivery.
        var ids: Set<InboundEventID> = []
        return SortedMessage(kind: draft.message.kind, events: events.filter { ids.insert($0.id).inserted })
    }

    /// What a message says about a delivery that is known.
    private func event(_ draft: EventDraft, about job: DeliveryJob.ID) -> InboundEvent? {
        guard !job.mailing.isTest else { return nil }
        switch draft.message.kind {
        case .deliveryReport, .notice, .complaint, .automaticReply:
            return draft.findingAboutOne.flatMap { draft.event($0, .delivery(job)) }
        // The token says whose message it was, where a notice does not. Anything else is a letter to a return path, since some
        // people answer whatever they get, and says nothing about the delivery.
        case .other: return draft.message.unnamedFinding.flatMap { draft.event($0, .delivery(job)) }
        }
    }

    /// Whoever writes to this address wants to leave; programs that write for people mark their mail as automatic.
    private func unsubscribed(_ draft: EventDraft, _ job: DeliveryJob.ID) -> InboundEvent? {
        switch draft.message.kind {
        case .automaticReply, .other:
            job.mailing.isTest || draft.message.unnamedFinding != nil ? nil : draft.unsubscription(of: job)
        case .deliveryReport, .notice, .complaint: event(draft, about: job)
        }
    }

    /// What a message says that came to an address without a token.
    private func reported(_ draft: EventDraft, in message: [UInt8]) -> [InboundEvent] {
        let findings: [InboundFinding]
        switch draft.message.kind {
        case .deliveryReport, .notice, .complaint: findings = draft.message.findings
        // A notice that names nobody may return a message that does.
        case .other: findings = draft.message.unnamedFinding.map { [$0] } ?? []
        case .automaticReply: findings = []
        }
        // Nothing is known of whom it is about, and nothing would change.
        guard !findings.isEmpty else { return [] }
        let named =
            findings.lazy.compactMap(\.originalEnvelopeID).first.flatMap { EnvelopeID.job(of: $0, keys: keys) }
            ?? findings.lazy.compactMap(\.returnedMessageID).first
            .flatMap { MessageIDCode.job(ofMessageID: $0, keys: keys) }
        if let named { return event(draft, about: named).map { [$0] } ?? [] }
        let deliveries = keys.deliveries(namedIn: message)
        if deliveries.count == 1 { return event(draft, about: deliveries[0]).map { [$0] } ?? [] }
        return findings.compactMap { finding in
            let clues = InboundClues(
                messageID: finding.returnedMessageID, originalRecipient: finding.originalRecipient,
                recipient: finding.recipient,
                returnedRecipient: finding.returnedMessageID == nil ? nil : draft.message.returnedRecipients.first)
            return clues == InboundClues() ? nil : draft.event(finding, .clues(clues))
        }
    }
}
