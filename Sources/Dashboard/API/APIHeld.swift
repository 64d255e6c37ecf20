public import Contacts
public import Delivery

/// Some of the contacts of a campaign whose messages are held until their owner decides, by their place in the mailing.
public struct APIHeldPage: Hashable, Sendable, Codable {
    public var held: [HeldDelivery]
    /// What to give as `after` for the next page; `nil` when this is the last.
    public var next: UInt32?

    public init(held: [HeldDelivery], next: UInt32?) {
        self.held = held
        self.next = next
    }
}

/// What the owner of a campaign decides about held messages.
public struct APIHoldDecision: Hashable, Sendable, Codable {
    /// What may be decided.
    public enum Decision: String, Hashable, Sendable, Codable {
        /// Send them again.
        case resend
        /// They were sent.
        case sent
        /// They are given up.
        case drop
    }

    public var kind: HoldKind
    public var decision: Decision
    /// The contacts that are meant; all that are held for this reason when `nil`.
    public var addresses: [String]?

    public init(kind: HoldKind, decision: Decision, addresses: [String]?) {
        self.kind = kind
        self.decision = decision
        self.addresses = addresses
    }
}
