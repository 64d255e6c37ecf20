internal import Delivery

// A status change in the outcome stream. An entry of the stream names the mailing once and holds many of these, end to end.
//
//     ordinal   varint
//     time      varint, ms since 1970
//     outcome   1 byte
//     phase     1 byte
//     attempt   varint
//     reason, rule, reply   varint length, UTF-8
extension StatusChange {
    /// The bytes that stand for this change in the outcome stream.
    var wire: [UInt8] {
        var writer = WireWriter(reservingCapacity: 24 + reason.rawValue.utf8.count + rule.utf8.count + reply.utf8.count)
        writer.write(varint: UInt64(job.ordinal))
        writer.write(varint: UInt64(max(0, time.milliseconds)))
        writer.write(byte: outcome.rawValue)
        writer.write(byte: phase.code)
        writer.write(varint: UInt64(attempt))
        writer.write(string: reason.rawValue)
        writer.write(string: rule)
        writer.write(string: reply)
        return writer.bytes
    }

    /// The bytes after ordinal and time of a change that a script makes: no attempt was made, no server spoke.
    static func wireTail(_ outcome: Outcome, _ reason: Reason, rule: String, phase: DeliveryPhase) -> [UInt8] {
        var writer = WireWriter(reservingCapacity: 32)
        writer.write(byte: outcome.rawValue)
        writer.write(byte: phase.code)
        writer.write(varint: 0)
        writer.write(string: reason.rawValue)
        writer.write(string: rule)
        writer.write(string: "")
        return writer.bytes
    }

    /// Reads all changes of one stream entry.
    ///
    /// - Throws: ``JobQueueError`` when the bytes are not status changes.
    static func all(inWire bytes: [UInt8], mailing: MailingID) throws(JobQueueError) -> [StatusChange] {
        var reader = WireReader(bytes)
        var changes: [StatusChange] = []
        while !reader.isAtEnd {
            let ordinal = try reader.readVarint()
            let time = try reader.readVarint()
            let outcomeCode = try reader.readByte()
            let phaseCode = try reader.readByte()
            guard let outcome = Outcome(rawValue: outcomeCode) else { throw .malformed("outcome \(outcomeCode)") }
            guard let phase = DeliveryPhase(code: phaseCode) else { throw .malformed("phase \(phaseCode)") }
            let attempt = try reader.readVarint()
            changes.append(
                StatusChange(
                    job: .init(mailing: mailing, ordinal: UInt32(truncatingIfNeeded: ordinal)),
                    time: UnixTime(milliseconds: Int64(clamping: time)), outcome: outcome,
                    reason: Reason(rawValue: try reader.readString()), rule: try reader.readString(), phase: phase,
                    attempt: UInt16(clamping: attempt), reply: try reader.readString()))
        }
        return changes
    }
}
