/// The stable machine name of why an outcome was given, such as `no_such_user`.
///
/// Reasons are the contract for reports, filters and tests; the servers' words are not.
public struct Reason: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String

    /// Wraps a machine name: lower-case words joined by underscores.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    public var description: String { rawValue }
}

extension Reason {
    public static let accepted = Reason(rawValue: "accepted")
    public static let waiting = Reason(rawValue: "waiting")
    public static let badSyntax = Reason(rawValue: "bad_syntax")
    public static let duplicate = Reason(rawValue: "duplicate")
    public static let suppressed = Reason(rawValue: "suppressed")
    public static let localFault = Reason(rawValue: "local_fault")
    public static let noSuchDomain = Reason(rawValue: "no_such_domain")
    public static let nullMX = Reason(rawValue: "null_mx")
    public static let dnsTemporary = Reason(rawValue: "dns_temporary")
    public static let unreachable = Reason(rawValue: "unreachable")
    public static let connectionLost = Reason(rawValue: "connection_lost")
    public static let inDoubt = Reason(rawValue: "in_doubt")
    public static let tlsPolicy = Reason(rawValue: "tls_policy")
    public static let senderBlocked = Reason(rawValue: "sender_blocked")
    public static let senderBlockedTemporarily = Reason(rawValue: "sender_blocked_temporarily")
    public static let noSuchUser = Reason(rawValue: "no_such_user")
    public static let rateLimited = Reason(rawValue: "rate_limited")
    public static let tooManyRecipients = Reason(rawValue: "too_many_recipients")
    public static let mailboxFull = Reason(rawValue: "mailbox_full")
    public static let systemFull = Reason(rawValue: "system_full")
    public static let tooBig = Reason(rawValue: "too_big")
    public static let greylisted = Reason(rawValue: "greylisted")
    public static let temporary = Reason(rawValue: "temporary")
    public static let mailboxUnavailable = Reason(rawValue: "mailbox_unavailable")
    public static let virusOrAttachment = Reason(rawValue: "virus_or_attachment")
    public static let urlListed = Reason(rawValue: "url_listed")
    public static let senderAuthentication = Reason(rawValue: "sender_authentication")
    public static let mailFlood = Reason(rawValue: "mail_flood")
    public static let senderRejected = Reason(rawValue: "sender_rejected")
    public static let malformedMessage = Reason(rawValue: "malformed_message")
    public static let spamContent = Reason(rawValue: "spam_content")
    public static let mailboxDisabled = Reason(rawValue: "mailbox_disabled")
    public static let moved = Reason(rawValue: "moved")
    public static let relayDenied = Reason(rawValue: "relay_denied")
    public static let policy = Reason(rawValue: "policy")
    public static let protocolError = Reason(rawValue: "protocol")
    public static let otherPermanent = Reason(rawValue: "other_permanent")
    public static let expired = Reason(rawValue: "expired")
    /// A relay's report of a failure in which nothing is understood.
    public static let unknown = Reason(rawValue: "unknown")
    public static let softBounceLimit = Reason(rawValue: "soft_bounce_limit")
    public static let complaint = Reason(rawValue: "complaint")
    public static let optOut = Reason(rawValue: "opt_out")
    /// Held until its owner decides: the message may or may not have been accepted.
    public static let inDoubtHeld = Reason(rawValue: "in_doubt_held")
    /// On the dead list: the job was in the hands of worker after worker that died.
    public static let recoveredTooOften = Reason(rawValue: "recovered_too_often")
    /// Its owner had a held message sent again.
    public static let resentByOwner = Reason(rawValue: "resent_by_owner")
    /// Its owner says that a held message was sent.
    public static let confirmedByOwner = Reason(rawValue: "confirmed_by_owner")
    /// Its owner gave a held message up.
    public static let droppedByOwner = Reason(rawValue: "dropped_by_owner")

    /// Whether an address that ended for this reason is kept from other mailings: the address is dead or its owner said no.
    public var suppressesAddress: Bool {
        switch self {
        case .noSuchUser, .noSuchDomain, .nullMX, .mailboxDisabled, .moved, .softBounceLimit, .complaint, .optOut,
            .hardBounce, .providerSuppressed:
            true
        default: false
        }
    }
}

extension Reason {
    /// Every reason that Postrider gives.
    static let all: [Reason] = [
        .accepted, .waiting, .badSyntax, .duplicate, .suppressed, .localFault, .noSuchDomain, .nullMX,
        .dnsTemporary, .unreachable, .connectionLost, .inDoubt, .tlsPolicy, .senderBlocked,
        .senderBlockedTemporarily, .noSuchUser, .rateLimited, .tooManyRecipients, .mailboxFull, .systemFull,
        .tooBig, .greylisted, .temporary, .mailboxUnavailable, .virusOrAttachment, .urlListed,
        .senderAuthentication, .mailFlood, .senderRejected, .malformedMessage, .spamContent, .mailboxDisabled,
        .moved, .relayDenied, .policy, .protocolError, .otherPermanent, .expired, .unknown, .softBounceLimit,
        .complaint, .optOut, .inDoubtHeld, .recoveredTooOften, .resentByOwner, .confirmedByOwner, .droppedByOwner,
        .delayed, .delivered, .relayed, .expanded, .automaticReply, .otherFeedback, .hardBounce,
        .providerSuppressed,
    ]
}
