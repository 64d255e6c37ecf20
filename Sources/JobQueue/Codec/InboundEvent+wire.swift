internal import Delivery

// What came back, in the outcome stream. An entry of the stream holds many of these, end to end.
//
//     id        16 bytes
//     source    1 byte
//     subject   1 byte: 0 a delivery, then mailing and ordinal as varints; else 8 + which clues follow: 1 Message-ID,
//               2 original recipient, 4 recipient, 16 recipient of the returned message, each varint length, UTF-8
//     time      varint, ms since 1970
//     outcome   1 byte, 255 where the status does not change
//     phase     1 byte
//     delay     varint, ms that the server asked for and one more, 0 = none
//     reason, rule, reply   varint length, UTF-8
extension InboundEvent {
    private static let noOutcome: UInt8 = 255

    /// The bytes that stand for this event in the outcome stream.
    var wire: [UInt8] {
        var writer = WireWriter(reservingCapacity: 48 + classification.reason.rawValue.utf8.count + reply.utf8.count)
        for byte in id.bytes { writer.write(byte: byte) }
        writer.write(byte: source.code)
        writer.write(subject)
        writer.write(varint: UInt64(max(0, time.milliseconds)))
        writer.write(byte: classification.outcome?.rawValue ?? Self.noOutcome)
        writer.write(byte: phase.code)
        writer.write(varint: classification.retryAfter.map { UInt64(max(0, $0.wholeMilliseconds)) + 1 } ?? 0)
        writer.write(string: classification.reason.rawValue)
        writer.write(string: classification.rule)
        writer.write(string: reply)
        return writer.bytes
    }

    /// Reads all events of one stream entry.
    ///
    /// - Throws: ``JobQueueError`` when the bytes are not events.
    static func all(inWire bytes: [UInt8]) throws(JobQueueError) -> [InboundEvent] {
        var reader = WireReader(bytes)
        var events: [InboundEvent] = []
        while !reader.isAtEnd {
            guard let id = InboundEventID(digest: try reader.readBytes(InboundEventID.length)) else { throw .truncated }
            let sourceCode = try reader.readByte()
            guard let source = Source(code: sourceCode) else { throw .malformed("source \(sourceCode)") }
            let subject = try reader.readSubject()
            let time = try reader.readVarint()
            let outcomeCode = try reader.readByte()
            let phaseCode = try reader.readByte()
            let outcome = Outcome(rawValue: outcomeCode)
            guard outcome != nil || outcomeCode == Self.noOutcome else { throw .malformed("outcome \(outcomeCode)") }
            guard let phase = DeliveryPhase(code: phaseCode) else { throw .malformed("phase \(phaseCode)") }
            let delay = try reader.readVarint()
            let classification = Classification(
                outcome: outcome, reason: Reason(rawValue: try reader.readString()), rule: try reader.readString(),
                retryAfter: delay == 0 ? nil : .milliseconds(Int64(clamping: delay - 1)))
            events.append(
                InboundEvent(
                    id: id, source: source, subject: subject, time: UnixTime(milliseconds: Int64(clamping: time)),
                    classification: classification, phase: phase, reply: try reader.readString()))
        }
        return events
    }
}

extension InboundEvent.Source {
    /// The code on the wire; never renumbered.
    fileprivate var code: UInt8 {
        switch self {
        case .bounce: 0
        case .complaint: 1
        case .unsubscribe: 2
        case .webhook: 3
        case .automaticReply: 4
        }
    }

    fileprivate init?(code: UInt8) {
        guard let source = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = source
    }
}

extension WireWriter {
    fileprivate mutating func write(_ subject: InboundEvent.Subject) {
        switch subject {
        case .delivery(let job):
            write(byte: 0)
            write(varint: UInt64(job.mailing.rawValue))
            write(varint: UInt64(job.ordinal))
        case .clues(let clues):
            let texts: [(bit: UInt8, text: String?)] = [
                (1, clues.messageID), (2, clues.originalRecipient), (4, clues.recipient), (16, clues.returnedRecipient),
            ]
            write(byte: texts.reduce(8) { $1.text == nil ? $0 : $0 | $1.bit })
            for case (_, let text?) in texts { write(string: text) }
        }
    }
}

extension WireReader {
    fileprivate mutating func readSubject() throws(JobQueueError) -> InboundEvent.Subject {
        let mark = try readByte()
        guard mark != 0 else {
            return .delivery(
                DeliveryJob.ID(
                    mailing: MailingID(rawValue: UInt32(truncatingIfNeeded: try readVarint())),
                    ordinal: UInt32(truncatingIfNeeded: try readVarint())))
        }
        guard mark & ~23 == 8 else { throw .malformed("subject \(mark)") }
        var clues = InboundClues()
        if mark & 1 != 0 { clues.messageID = try readString() }
        if mark & 2 != 0 { clues.originalRecipient = try readString() }
        if mark & 4 != 0 { clues.recipient = try readString() }
        if mark & 16 != 0 { clues.returnedRecipient = try readString() }
        return .clues(clues)
    }
}
