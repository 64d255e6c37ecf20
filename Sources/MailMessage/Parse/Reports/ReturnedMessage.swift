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
        for name in ["x-hmxmroriginalrecipient", "x-envelope-to", "original-recipient", "x-apparently-to", "to"]
            as [StaticString]
        {
            for value in header.all(name) {
                for match in AddressFinder.addresses(in: MIMEHeader.unfolded(value), atMost: limit) {
                    recipients.append(match.address)
                }
            }
            if !recipients.isEmpty { break }
        }
        if recipients.count > limit { recipients.removeSubrange(limit...) }
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
