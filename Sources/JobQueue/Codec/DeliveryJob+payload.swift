package import Delivery

// The payload of a job in a lane. Its mailing and site are in the lane's key, so they are not repeated here.
//
//     ordinal      4 bytes, big-endian   read by the scripts
//     recoveries   1 byte                counted by the scripts; an attempt that ends with an answer starts anew
//     strikes      1 byte
//     flags        1 byte                1: in doubt, 2: about to be sent (only in flight, only the scripts')
//     attempts     varint
//     first try    varint, ms since 1970, 0 = none yet
//     address      varint length, UTF-8
//     fields       until the end, each varint length, UTF-8
extension DeliveryJob {
    /// The bytes that stand for this job in a lane.
    package var payload: [UInt8] {
        var writer = WireWriter(
            reservingCapacity: 16 + address.utf8.count + fields.reduce(0) { $0 + $1.utf8.count + 1 })
        writer.write(bigEndian: id.ordinal)
        writer.write(byte: 0)
        writer.write(byte: strikes)
        writer.write(byte: isInDoubt ? 1 : 0)
        writer.write(varint: UInt64(attempts))
        writer.write(varint: UInt64(max(0, firstAttempt?.milliseconds ?? 0)))
        writer.write(string: address)
        for field in fields { writer.write(string: field) }
        return writer.bytes
    }

    /// Reads a job of `mailing` back from its payload.
    ///
    /// - Throws: ``JobQueueError`` when the bytes are not a payload.
    init(payload: [UInt8], mailing: MailingID) throws(JobQueueError) {
        var reader = WireReader(payload)
        let ordinal = try reader.readBigEndian()
        _ = try reader.readByte()
        let strikes = try reader.readByte()
        let flags = try reader.readByte()
        let attempts = try reader.readVarint()
        let firstAttempt = try reader.readVarint()
        let address = try reader.readString()
        var fields: [String] = []
        while !reader.isAtEnd { fields.append(try reader.readString()) }
        self.init(
            id: ID(mailing: mailing, ordinal: ordinal), attempts: UInt16(clamping: attempts), strikes: strikes,
            firstAttempt: firstAttempt == 0 ? nil : UnixTime(milliseconds: Int64(clamping: firstAttempt)),
            isInDoubt: flags & 1 == 1, address: address, fields: fields)
    }

    /// How often a job was recovered from a worker that died, as its payload says.
    static func recoveries(payload: [UInt8]) -> UInt8 {
        payload.count > 4 ? payload[4] : 0
    }
}
