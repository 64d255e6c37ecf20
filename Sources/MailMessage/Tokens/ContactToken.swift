public import Delivery

/// What a return path or a link carries to say whose message it belongs to, so that nobody but us can make one.
///
/// As text it is 40 characters of `a`–`z` and `2`–`7`, of either letter case: 25 bytes in base32, which are
/// a byte of version and purpose, the key's id, the mailing, the ordinal (both big-endian), and the first 120 bits of an
/// HMAC-SHA256 over what stands before it (RFC 2104 §5 allows 80 and more). It fits a local part of 64 octets with room to spare.
public struct ContactToken: Hashable, Sendable {
    /// What may be done with a token; one made for a bounce does not unsubscribe anybody.
    public enum Purpose: UInt8, Sendable, CaseIterable {
        /// In the return path: bounce messages come back to it.
        case bounce = 1
        /// In the link, and the header field, by which a contact leaves the list.
        case unsubscribe = 2
        /// In the link to the survey.
        case survey = 3
        /// In the address of the picture that tells of an open.
        case open = 4
        /// In links that tell of a click.
        case click = 5
        /// In the Message-ID, which is told of a message that comes back: see ``MessageIDCode``.
        case messageID = 6
    }

    public var purpose: Purpose
    public var job: DeliveryJob.ID

    public init(_ purpose: Purpose, job: DeliveryJob.ID) {
        self.purpose = purpose
        self.job = job
    }

    /// The length of every token as text.
    public static let length = 40
    static let version: UInt8 = 1
    static let payloadLength = 10
    static let codeLength = 15

    /// What is authenticated: version and purpose, key, mailing, ordinal.
    func payload(keyID: UInt8) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.payloadLength)
        bytes.append(Self.version << 4 | purpose.rawValue)
        bytes.append(keyID)
        for number in [job.mailing.rawValue, job.ordinal] {
            for shift in stride(from: 24, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: number >> UInt32(shift)))
            }
        }
        return bytes
    }

    /// Reads what ``payload(keyID:)`` wrote; `nil` for another version or an unknown purpose.
    init?(payload: some Collection<UInt8>) {
        let bytes = Array(payload)
        guard bytes.count == Self.payloadLength, bytes[0] >> 4 == Self.version,
            let purpose = Purpose(rawValue: bytes[0] & 15)
        else { return nil }
        let numbers = bytes[2...].map(UInt32.init)
        self.purpose = purpose
        job = DeliveryJob.ID(
            mailing: MailingID(rawValue: numbers[0..<4].reduce(0) { $0 << 8 | $1 }),
            ordinal: numbers[4..<8].reduce(0) { $0 << 8 | $1 })
    }
}
