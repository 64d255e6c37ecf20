public import Contacts
public import Delivery
internal import JobQueue

extension Coordinator {
    /// Books what came back, at once and in one transaction, each event's id once; then tells the workers of new suppressions.
    ///
    /// For what reaches the coordinator itself, such as somebody who leaves the list on its web page. What comes in elsewhere goes
    /// through `JobQueue.report(_:)`.
    public func receive(_ events: [InboundEvent]) async throws -> InboundSummary {
        let summary = try await book.book(inbound: events, at: .now)
        try await queue.suppress(
            summary.suppressed.map { ($0.key, SuppressionNotice(outcome: $0.outcome, reason: $0.reason)) })
        return summary.inbound
    }
}
