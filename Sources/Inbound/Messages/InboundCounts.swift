internal import Delivery

/// What has come in so far.
public struct InboundCounts: Hashable, Sendable {
    /// Messages that were taken.
    public var messages = 0
    /// Events of them, by what they are about.
    public var bounces = 0
    public var complaints = 0
    public var unsubscriptions = 0
    public var automaticReplies = 0
    /// Messages that say nothing about a delivery: letters, reports about nobody.
    public var others = 0
    /// Recipients that are not ours.
    public var refused = 0
    /// Messages that could not be kept and are to be sent again.
    public var postponed = 0

    public init() {}

    /// Adds a message that is safe.
    mutating func add(_ sorted: SortedMessage) {
        messages += 1
        if sorted.events.isEmpty { others += 1 }
        for event in sorted.events {
            switch event.source {
            case .bounce, .webhook: bounces += 1
            case .complaint: complaints += 1
            case .unsubscribe: unsubscriptions += 1
            case .automaticReply: automaticReplies += 1
            }
        }
    }
}
