import Delivery
import Testing

@testable import Contacts

/// An event in tests; `id` makes it the same one or another.
func event(
    _ id: UInt8, _ subject: InboundEvent.Subject, _ outcome: Outcome?, _ reason: Reason,
    source: InboundEvent.Source = .bounce, phase: DeliveryPhase = .dsn, at milliseconds: Int64 = 60_000,
    after delay: Duration? = nil
) throws -> InboundEvent {
    InboundEvent(
        id: try #require(InboundEventID(digest: [id] + [UInt8](repeating: 7, count: 15))), source: source,
        subject: subject, time: UnixTime(milliseconds: BookFixture.now.milliseconds + milliseconds),
        classification: Classification(outcome: outcome, reason: reason, rule: "N1", retryAfter: delay), phase: phase,
        reply: "what was said")
}

func delivery(_ mailing: MailingID, _ ordinal: UInt32) -> InboundEvent.Subject {
    .delivery(DeliveryJob.ID(mailing: mailing, ordinal: ordinal))
}

extension BookFixture {
    /// When what comes back is booked: ten minutes later.
    static let later = UnixTime(milliseconds: now.milliseconds + 600_000)

    /// Books events that came back.
    @discardableResult
    func receive(_ events: InboundEvent...) async throws -> BookingSummary {
        try await book.book(inbound: events, at: Self.later)
    }

    /// A campaign of one contact for each address, all of them Sent.
    func sent(_ addresses: [String], campaign: String = "survey", list: String = "people") async throws -> MailingID {
        let id = try await fed(addresses, campaign: campaign, list: list)
        _ = try await book(addresses.indices.map { change(id, UInt32($0), .sent, .accepted, phase: .dot) })
        return id
    }

    /// The history of an address' newest delivery, as `outcome reason phase attempt`.
    func lines(_ address: String) async throws -> [String] {
        try await book.history(ofAddress: address).deliveries.last?.events.map {
            "\($0.outcome) \($0.reason) \($0.phase) \($0.attempt)"
        } ?? []
    }

    func status(_ address: String) async throws -> String {
        let delivery = try await book.history(ofAddress: address).deliveries.last
        return "\(delivery?.status ?? "") \(delivery?.reason ?? "")"
    }

    func isBalanced() async throws -> Bool {
        let audit = try await book.audit()
        #expect(audit.isBalanced, "\(audit.checks.filter { !$0.ok })")
        return audit.isBalanced
    }

    func redeliveries(_ mailing: MailingID, after number: Int64 = 0) async throws -> [Redelivery] {
        try await book.redeliveries(mailing: mailing, after: number, limit: 100, fieldNames: [], at: Self.later)
    }
}
