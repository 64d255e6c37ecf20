/// A mailbox as it stands in a From or Reply-To header: a display name, if there is one, and an address.
public struct MailboxField: Hashable, Sendable, Codable {
    /// The name shown to the reader.
    ///
    /// In a From header it may hold merge fields.
    public var displayName: String?
    /// The address in the form that goes into the message, such as `survey@example.org`.
    public var address: String

    public init(displayName: String? = nil, address: String) {
        self.displayName = displayName
        self.address = address
    }

    /// What follows the last `@` of the address, or an empty string when there is no `@`.
    public var domain: Substring {
        guard let at = address.lastIndex(of: "@") else { return "" }
        return address[address.index(after: at)...]
    }
}
