public import Delivery
public import NIOCore

/// A local IP address that mail is sent from.
public struct SourceAddress: Sendable, Hashable {
    public var address: SocketAddress
    /// How much of the mail goes from here, next to the other addresses' weights.
    public var weight: Int
    /// The most that may go from here, such as what a new address may send while receivers get to know it; of one worker, since
    /// an address belongs to one machine.
    public var rate: MessageRate?
    /// The name given with EHLO from here; `nil` for the worker's own.
    public var heloName: String?

    /// - Parameter weight: Above 0.
    public init(address: SocketAddress, weight: Int = 1, rate: MessageRate? = nil, heloName: String? = nil) {
        self.address = address
        self.weight = weight
        self.rate = rate
        self.heloName = heloName
    }
}
