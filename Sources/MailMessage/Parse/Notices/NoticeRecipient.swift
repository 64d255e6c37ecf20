/// A recipient that a notice for people names, and what it says of it.
struct NoticeRecipient: Sendable {
    var address: String
    /// The address in lower case, by which it is compared.
    var key: String
    /// The address from which a forwarding led to it, which is the one that the message was sent to.
    var original: String?
    /// The words about this recipient, on one line.
    var diagnostic: Bytes
    /// Whether the words are those of the whole notice, which also speaks of others.
    var isShared: Bool

    init(address: String, diagnostic: Bytes, isShared: Bool = false) {
        self.address = address
        self.isShared = isShared
        key = address.lowercased()
        self.diagnostic = diagnostic
        original = Self.original(in: diagnostic)
    }

    /// The address behind "expanded from" (Postfix, sendmail) or "generated from" (Exim).
    static func original(in words: Bytes) -> String? {
        guard let phrase = forwardings.firstRange(in: words) else { return nil }
        return AddressFinder.addresses(in: words[phrase.upperBound...].prefix(330), atMost: 1).first?.address
    }

    /// Whether the address that a forwarding began with stands on the next line.
    static func namesForwarding(atEndOf line: Bytes) -> Bool { forwardings.occurs(in: line.trimmed.suffix(14)) }

    private static let forwardings: WordSet = ["expanded from", "generated from", "forwarded from"]
}
