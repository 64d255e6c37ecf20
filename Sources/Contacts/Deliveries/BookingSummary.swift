public import Delivery

/// What booking a batch of status changes did, for the coordinator to act upon.
public struct BookingSummary: Hashable, Sendable {
    /// Status changes written to the history.
    public var booked = 0
    /// Changes that named no delivery of this book; nothing was written for them.
    public var unknown = 0
    /// Licences charged although they had been released (or never reserved) before: a late Sent.
    public var chargedLate = 0
    /// Mailings that came to their end by this batch.
    public var finished: [MailingID] = []
    /// Mailings that had ended and have open deliveries again: a bounce message after Sent.
    public var reopened: [MailingID] = []
    /// Deliveries whose messages came back and that are to be attempted again.
    public var redeliveries = 0
    /// Addresses that are on the suppression list since this batch.
    public var suppressed: [SuppressedAddress] = []

    /// What became of the events that came back.
    public var inbound = InboundSummary()

    /// An address that a status change put on the suppression list, and why.
    public struct SuppressedAddress: Hashable, Sendable {
        /// What compares addresses.
        public var key: String
        public var outcome: Outcome
        public var reason: Reason

        public init(key: String, outcome: Outcome, reason: Reason) {
            self.key = key
            self.outcome = outcome
            self.reason = reason
        }
    }
}
