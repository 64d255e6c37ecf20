/// How many licences to add.
public struct APILicenceTopUp: Hashable, Sendable, Codable {
    public var add: Int

    public init(add: Int) {
        self.add = add
    }
}

/// Addresses to put on the suppression list or to take off it.
public struct APIAddresses: Hashable, Sendable, Codable {
    public var addresses: [String]

    public init(addresses: [String]) {
        self.addresses = addresses
    }
}

/// What taking addresses off the suppression list did.
public struct APISuppressionRemoval: Hashable, Sendable, Codable {
    public var removed: Int
    /// How many of the addresses were not on the list.
    public var absent: Int

    public init(removed: Int, absent: Int) {
        self.removed = removed
        self.absent = absent
    }
}
