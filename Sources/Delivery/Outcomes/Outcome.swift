/// What became of one contact of a mailing: its status at this moment.
///
/// The raw value is the wire and database code; it is never renumbered. ``name`` is what people read and scripts match.
public enum Outcome: UInt8, CaseIterable, Sendable, Hashable {
    /// Accepted by Postrider, waiting for its next step.
    case queued = 0
    /// The recipient's server accepted the message; the licence is charged.
    case sent = 1
    /// The address is not well-formed; nothing was attempted.
    case invalid = 2
    /// The same address stands earlier in this list; nothing was attempted.
    case duplicated = 3
    /// The recipient left the list; nothing goes to this address again.
    case unsubscribed = 4
    /// The recipient's server refused the message (policy, authentication, content rules).
    case rejected = 5
    /// The recipient's server judged the message spam, or the recipient complained.
    case spam = 6
    /// Hard bounce: no such address, our server is blocked, the third soft bounce, or expiry.
    case bounced = 7
    /// The server knows the address but returned the message: inactive, full, or message too heavy.
    case softBounced = 8
    /// The server limits us for now: throttling, greylisting, trouble on its side.
    case deferred = 9

    /// The name as printed, stored in reports and accepted by filters, such as `Soft Bounced`.
    public var name: String {
        switch self {
        case .queued: "Queued"
        case .sent: "Sent"
        case .invalid: "Invalid"
        case .duplicated: "Duplicated"
        case .unsubscribed: "Unsubscribed"
        case .rejected: "Rejected"
        case .spam: "Spam"
        case .bounced: "Bounced"
        case .softBounced: "Soft Bounced"
        case .deferred: "Deferred"
        }
    }

    /// Reads a name as people type it: letter case, spaces, hyphens and underscores do not matter.
    public init?(name: String) {
        func folded(_ text: String) -> String { text.lowercased().filter(\.isLetter) }
        guard let match = Self.allCases.first(where: { folded($0.name) == folded(name) }) else { return nil }
        self = match
    }

    /// Whether nothing more will be attempted by itself after this outcome.
    public var isPermanent: Bool {
        switch self {
        case .queued, .softBounced, .deferred: false
        case .sent, .invalid, .duplicated, .unsubscribed, .rejected, .spam, .bounced: true
        }
    }
}
