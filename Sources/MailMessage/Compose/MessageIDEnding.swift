internal import Delivery

/// What makes the Message-IDs of one mailing: `<mailing.ordinal.mark@domain>` (RFC 5322 §3.6.4).
///
/// The mark is a code of the delivery's own where the mailing's messages carry tokens, so that every worker that may send them has the
/// key; else it is the salt. So a Message-ID is the same on every attempt, whoever sends it.
struct MessageIDEnding: Sendable {
    private let salt: [UInt8]
    private let domain: [UInt8]
    /// Makes the codes; `nil` where there are none.
    private let key: TokenKey?

    init(of template: MessageTemplate, tokenKey: TokenKey?) throws {
        let (salt, domain) = try HeaderAddress.messageIDEnding(of: template)
        self.salt = Array(salt.utf8)
        self.domain = Array(domain.utf8)
        key = template.options?.needsTokens == true ? tokenKey : nil
    }

    /// Appends the Message-ID of one contact's message, with its angle brackets.
    func append(_ job: DeliveryJob.ID, to store: inout ByteStore) {
        store.append(UInt8(ascii: "<"))
        store.append(decimal: job.mailing.rawValue)
        store.append(UInt8(ascii: "."))
        store.append(decimal: job.ordinal)
        store.append(UInt8(ascii: "."))
        store.append(key.map { MessageIDCode.bytes(of: job, key: $0) } ?? salt)
        store.append(UInt8(ascii: "@"))
        store.append(domain)
        store.append(UInt8(ascii: ">"))
    }
}
