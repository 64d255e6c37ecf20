public import Contacts

/// All lists, by name.
public struct APILists: Hashable, Sendable, Codable {
    public var lists: [ContactList]

    public init(lists: [ContactList]) {
        self.lists = lists
    }
}

/// Some contacts of a list, in its order.
public struct APIContactPage: Hashable, Sendable, Codable {
    public var contacts: [Contact]
    /// What to give as `after` for the next page; `nil` when this is the last.
    public var next: Int64?

    public init(contacts: [Contact], next: Int64?) {
        self.contacts = contacts
        self.next = next
    }
}

/// Some contacts of a mailing, in its order.
public struct APIAudiencePage: Hashable, Sendable, Codable {
    public var contacts: [AudienceMember]
    /// What to give as `after` for the next page; `nil` when this is the last.
    public var next: UInt32?

    public init(contacts: [AudienceMember], next: UInt32?) {
        self.contacts = contacts
        self.next = next
    }
}

/// Some of the suppression list, by address.
public struct APISuppressionPage: Hashable, Sendable, Codable {
    public var suppressions: [Suppression]
    /// What to give as `after` for the next page; `nil` when this is the last.
    public var next: String?

    public init(suppressions: [Suppression], next: String?) {
        self.suppressions = suppressions
        self.next = next
    }
}
