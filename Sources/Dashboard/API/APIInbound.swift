public import Contacts

/// Some of what came back and found nobody, the newest first, and how much came back in all.
public struct APIInboundPage: Hashable, Sendable, Codable {
    /// By the way it came, what became of it.
    public var counts: [String: InboundSummary]
    public var unmatched: [UnmatchedEvent]
    /// What to give as `before` for the next page; `nil` when this is the last.
    public var next: Int64?

    public init(counts: [String: InboundSummary], unmatched: [UnmatchedEvent], next: Int64?) {
        self.counts = counts
        self.unmatched = unmatched
        self.next = next
    }
}
