public import Delivery

/// What an address of ours stands for.
public enum InboundAddress: Hashable, Sendable {
    /// The return path of one contact's message, `b-TOKEN@…`.
    case returnPath(DeliveryJob.ID)
    /// The address to which one contact writes to leave the list, `u-TOKEN@…` (RFC 2369 §3.2).
    case unsubscribe(DeliveryJob.ID)
    /// An address for reports about anybody, such as one that is named to a provider for its complaints.
    case reports
}
