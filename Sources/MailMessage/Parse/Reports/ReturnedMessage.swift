/// What a report returns of the message that it is about.
struct ReturnedMessage: Sendable {
    /// Without angle brackets.
    var messageID: String?
    /// Whom the message was sent to, as far as its header tells.
    var recipients: [String] = []

    init(messageID: String? = nil) {
        self.messageID = messageID
    }

    init(_ header: MIMEHeader, limit: Int) {
        messageID = header.unfolded("message-id").flatMap(Self.messageID)
        // What the receiving side wrote down is surer than what the message itself says.
        for name in ["x-hmxmroriginalrecipient", "x-envelope-to", "original-recipient", "x-apparently-to"]
            as [StaticString]
        {
            recipients = Self.addresses(header, name, limit: limit)
            if !recipients.isEmpty { break }
        }
        if recipients.isEmpty { recipients = Self.addressees(header, limit: limit) }
        if recipients.count > limit { recipients.removeSubrange(limit...) }
    }

    /// Whom the message names in To; what a mailing list has passed on names the list there, and who it came to is in the trace fields.
    private static func addressees(_ header: MIMEHeader, limit: Int) -> [String] {
        let lists = addresses(header, "list-post", limit: limit) + addresses(header, "x-beenthere", limit: limit)
        guard !lists.isEmpty else { return addresses(header, "to", limit: limit) }
        let known = Set(lists.map { $0.lowercased() })
        for value in header.all("received") {
            if let address = receiver(in: MIMEHeader.unfolded(value)), !known.contains(address.lowercased()) {
                return [address]
            }
        }
        return []
    }

    /// The address behind "for" in a trace field (RFC 5321 §4.4).
    private static func receiver(in value: Bytes) -> String? {
        guard let phrase = value.firstRange(ofText: " for ") else { return nil }
        let rest = value[phrase.upperBound...]
        guard let match = AddressFinder.addresses(in: rest, atMost: 1).first,
            match.range.lowerBound - rest.startIndex < 2
        else { return nil }
        return match.address
    }

    private static func addresses(_ header: MIMEHeader, _ name: StaticString, limit: Int) -> [String] {
        header.all(name).flatMap { value in
            AddressFinder.addresses(in: MIMEHeader.unfolded(value), atMost: limit).map(\.address)
        }
    }

    /// The identifier in a field, without its brackets (RFC 5322 §3.6.4).
    static func messageID(of value: Bytes) -> String? {
        var value = value.trimmed
        if let open = value.firstIndex(of: UInt8(ascii: "<")) {
            value = value[(open + 1)...]
            value = value.prefix { $0 != UInt8(ascii: ">") }
        }
        value = value.prefix { !ASCII.isWhiteSpace($0) }
        return value.isEmpty || value.count > 998 ? nil : value.text
    }
}
