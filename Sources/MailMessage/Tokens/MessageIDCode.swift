public import Delivery

/// The code in a Message-ID, by which a message that comes back says whose it was, and which nobody but us can make.
///
/// Mailing and ordinal stand before it in clear (``MessageIDParts``). The code is 24 characters of `a`–`z` and `2`–`7`: 15 bytes in base32,
/// which are the key's id and the first 112 bits of the HMAC of a ``ContactToken`` for this purpose (RFC 2104 §5 allows 80 and more).
public enum MessageIDCode {
    private static let codeLength = 14

    /// The code of one contact's message, in ASCII: the same on every attempt, and wherever the key is.
    static func bytes(of job: DeliveryJob.ID, key: TokenKey) -> [UInt8] {
        let payload = ContactToken(.messageID, job: job).payload(keyID: key.id)
        return Base32.encode([key.id] + key.authentication(of: payload).prefix(codeLength))
    }

    /// The delivery that a Message-ID names, if a key of ours made its code; with or without brackets, of any letter case.
    public static func job(ofMessageID text: some StringProtocol, keys: TokenKeys) -> DeliveryJob.ID? {
        guard let parts = MessageIDParts(parsing: text), parts.hasCode, let bytes = Base32.decode(parts.mark.utf8),
            let key = keys.key(bytes[0])
        else { return nil }
        let payload = ContactToken(.messageID, job: parts.job).payload(keyID: key.id)
        let isRight = ConstantTime.equal(
            Array(key.authentication(of: payload).prefix(codeLength)), Array(bytes.dropFirst()))
        return isRight ? parts.job : nil
    }
}
