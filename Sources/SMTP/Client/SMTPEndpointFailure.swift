public import Delivery

/// Why no connection to an endpoint could be opened: never the outcome of a message.
public struct SMTPEndpointFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// How far it came: `.connect` up to the greeting, `.ehlo` after it.
    public var phase: DeliveryPhase
    /// What the server said, if it said anything.
    public var reply: SMTPReply?
    /// What went wrong, in a sentence for the operator.
    public var message: String

    public init(phase: DeliveryPhase, reply: SMTPReply? = nil, message: String) {
        self.phase = phase
        self.reply = reply
        self.message = message
    }

    public var description: String {
        if let reply { "\(message): \(reply)" } else { message }
    }
}
