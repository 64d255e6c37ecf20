public import Delivery
public import MailMessage

/// What an incoming message is, and what is to be booked of it.
public struct SortedMessage: Sendable {
    public var kind: InboundMessage.Kind
    public var events: [InboundEvent]

    public init(kind: InboundMessage.Kind, events: [InboundEvent]) {
        self.kind = kind
        self.events = events
    }
}
