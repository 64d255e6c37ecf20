public import NIOCore

/// A local IP address that mail is sent from.
public struct SourceAddress: Sendable, Hashable {
    /// The most messages in a time, such as what a new address may send while receivers get to know it.
    public struct Rate: Sendable, Hashable {
        public var messages: Int
        public var interval: Duration

        /// - Parameters:
        ///   - messages: Above 0.
        ///   - interval: Above zero.
        public init(messages: Int, interval: Duration) {
            self.messages = messages
            self.interval = interval
        }

        /// The time from one message to the next.
        var step: Duration { interval / messages }
    }

    public var address: SocketAddress
    /// How much of the mail goes from here, next to the other addresses' weights.
    public var weight: Int
    /// The most that may go from here; of one worker, since an address belongs to one machine.
    public var rate: Rate?
    /// The name given with EHLO from here; `nil` for the worker's own.
    public var heloName: String?

    /// - Parameter weight: Above 0.
    public init(address: SocketAddress, weight: Int = 1, rate: Rate? = nil, heloName: String? = nil) {
        self.address = address
        self.weight = weight
        self.rate = rate
        self.heloName = heloName
    }
}
