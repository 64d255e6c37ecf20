public import Contacts
public import Delivery

extension Coordinator {
    /// Books what came back, at once and in one transaction, each event's id once; then tells the workers of new suppressions.
    ///
    /// For what reaches the coordinator itself, such as somebody who leaves the list on its web page. What comes in elsewhere goes
    /// through `JobQueue.report(_:)`.
    public func receive(_ events: [InboundEvent]) async throws -> InboundSummary {
        let summary = try await book.book(inbound: events, at: .now)
        suppressions.note(summary.suppressed)
        // It is booked: a Redis that is away now hears of it as soon as it is back.
        await suppressions.tell()
        return summary.inbound
    }

    /// Remembers what a signature came with that does not cover it, as `ContactBook` does.
    public func admits(signature: InboundEventID, with content: InboundEventID) async throws -> Bool {
        try await book.admits(signature: signature, with: content, at: .now)
    }

    /// One page of what came back and found nobody, the newest first.
    public func unmatchedEvents(before cursor: Int64?, limit: Int) async throws -> [UnmatchedEvent] {
        try await book.unmatchedEvents(before: cursor, limit: limit)
    }

    /// How many events came back, by source and by what became of them.
    public func inboundCounts() async throws -> [String: InboundSummary] {
        try await book.inboundCounts()
    }
}
