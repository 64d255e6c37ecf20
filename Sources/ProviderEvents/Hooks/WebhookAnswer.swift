public import Delivery

/// What a verified request leads to.
public enum WebhookAnswer: Hashable, Sendable {
    /// It tells of these; there may be none, since opens, clicks and the like are none of our business.
    case events([InboundEvent])
    /// It was about the webhook itself, and that is done.
    case settled(String)
}
