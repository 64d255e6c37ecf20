internal import Delivery
internal import MailMessage

/// A message that was read, from which events are made.
struct EventDraft {
    let message: InboundMessage
    private let fingerprint: MessageFingerprint
    private let time: UnixTime

    init(reading bytes: [UInt8], time: UnixTime) {
        message = InboundMessage(reading: bytes)
        fingerprint = MessageFingerprint(of: bytes)
        self.time = time
    }

    /// The one finding that is about the contact, where the message speaks of several recipients.
    ///
    /// One message of ours goes to one recipient. A report names several where that is an alias or a list: then the member
    /// that bears the contact's own address counts, else the one that fared best, since the address itself is good.
    var findingAboutOne: InboundFinding? {
        let findings = message.findings.filter { $0.classification != nil }
        guard findings.count > 1 else { return findings.first }
        let own = Set(message.returnedRecipients.map { $0.lowercased() })
        func isOwn(_ address: String?) -> Bool { address.map { own.contains($0.lowercased()) } ?? false }
        let namesakes = findings.filter { isOwn($0.recipient) }
        let relatives = findings.filter { isOwn($0.originalRecipient) }
        let candidates = !namesakes.isEmpty ? namesakes : !relatives.isEmpty ? relatives : findings
        return candidates.min { Self.severity($0) < Self.severity($1) }
    }

    /// How bad a finding is for the contact.
    private static func severity(_ finding: InboundFinding) -> Int {
        switch finding.classification?.outcome {
        case .sent: 0
        case nil, .queued: 1
        case .deferred: 2
        case .softBounced: 3
        case .rejected, .invalid, .duplicated: 4
        case .spam: 5
        case .bounced: 6
        case .unsubscribed: 7
        }
    }

    /// The event of a finding; `nil` when it says nothing.
    func event(_ finding: InboundFinding, _ subject: InboundEvent.Subject) -> InboundEvent? {
        guard let classification = finding.classification else { return nil }
        let (source, phase): (InboundEvent.Source, DeliveryPhase) =
            switch message.kind {
            case .complaint: (.complaint, .complaint)
            case .automaticReply: (.automaticReply, .dsn)
            case .deliveryReport, .notice, .other: (.bounce, .dsn)
            }
        return event(subject, source, classification, phase, reply: finding.diagnostic)
    }

    /// Rule U1, by mail.
    func unsubscription(of job: DeliveryJob.ID) -> InboundEvent { .unsubscribe(job, at: time, by: "mail") }

    private func event(
        _ subject: InboundEvent.Subject, _ source: InboundEvent.Source, _ classification: Classification,
        _ phase: DeliveryPhase, reply: String
    ) -> InboundEvent? {
        InboundEventID(digest: fingerprint.digest(with: Self.bytes(of: subject))).map { id in
            InboundEvent(
                id: id, source: source, subject: subject, time: time, classification: classification, phase: phase,
                reply: reply)
        }
    }

    /// What tells apart the deliveries that one message is about.
    private static func bytes(of subject: InboundEvent.Subject) -> [UInt8] {
        switch subject {
        case .delivery(let job): Array("d\(job.mailing).\(job.ordinal)".utf8)
        case .clues(let clues):
            Array(
                "c\(clues.messageID ?? "")\n\((clues.originalRecipient ?? "").lowercased())\n\((clues.recipient ?? "").lowercased())"
                    .utf8)
        }
    }
}
