public import Delivery

/// A delivery that is held until its owner decides.
public struct HeldDelivery: Codable, Hashable, Sendable {
    /// The contact's place in the mailing.
    public var ordinal: UInt32
    public var address: String
    public var kind: HoldKind
    /// When it was put aside, ISO 8601.
    public var since: String
    /// What was said then: the end of a connection, the death of a worker.
    public var reason: String
}

/// How many deliveries of a mailing are held, by why.
public struct HeldCounts: Hashable, Sendable {
    public var inDoubt = 0
    public var dead = 0
}
