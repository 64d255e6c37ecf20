public import SMTP

/// A mail server that takes mail for everybody.
public struct Relay: Sendable, Hashable {
    /// For people: its URL without a login.
    public var name: String
    public var destination: SMTPDestination
    /// How much of the mail goes there, next to the other relays' weights, while it takes mail.
    public var weight: Int

    /// - Parameter weight: Above 0.
    public init(name: String, destination: SMTPDestination, weight: Int = 1) {
        self.name = name
        self.destination = destination
        self.weight = weight
    }
}
