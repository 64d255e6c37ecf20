/// Something that Postrider finds out by itself, without a server's reply: the rows L1–L4, D1–D3 and C1–C3 and their like.
public enum LocalFinding: Hashable, Sendable {
    /// The address is not well-formed.
    case badSyntax
    /// The same address stands earlier in the list.
    case duplicate
    /// The address is on the suppression list, put there by this outcome.
    case suppressed(by: Outcome)
    /// Our own fault: no route, a service of ours is down, the relay refuses our login, the template fails.
    case localFault
    /// The domain does not exist, or has neither MX nor address records.
    case noSuchDomain
    /// The domain says that it takes no mail (RFC 7505).
    case nullMX
    /// The name servers did not answer, or not credibly.
    case dnsTemporary
    /// No address of the site could be reached in this attempt.
    case unreachable
    /// The connection was lost before the final dot.
    case connectionLost
    /// The connection was lost after the final dot and before its answer.
    case inDoubt
    /// TLS or the certificate fails where it is required.
    case tlsPolicy
    /// The message is longer than the SIZE that the server announced.
    case tooBig
    /// The message's turn never came; nothing was attempted.
    case notAttempted

    /// The outcome, reason and rule of this finding.
    public var classification: Classification {
        switch self {
        case .badSyntax: Classification(outcome: .invalid, reason: .badSyntax, rule: "L1")
        case .duplicate: Classification(outcome: .duplicated, reason: .duplicate, rule: "L2")
        case .suppressed(let outcome): Classification(outcome: outcome, reason: .suppressed, rule: "L3")
        case .localFault: Classification(outcome: .queued, reason: .localFault, rule: "L4")
        case .noSuchDomain: Classification(outcome: .bounced, reason: .noSuchDomain, rule: "D1")
        case .nullMX: Classification(outcome: .bounced, reason: .nullMX, rule: "D2")
        case .dnsTemporary: Classification(outcome: .deferred, reason: .dnsTemporary, rule: "D3")
        case .unreachable: Classification(outcome: .softBounced, reason: .unreachable, rule: "C1")
        case .connectionLost: Classification(outcome: .deferred, reason: .connectionLost, rule: "C2")
        case .inDoubt: Classification(outcome: .queued, reason: .inDoubt, rule: "C3")
        case .tlsPolicy: Classification(outcome: .deferred, reason: .tlsPolicy, rule: "T2")
        case .tooBig: Classification(outcome: .softBounced, reason: .tooBig, rule: "P7")
        case .notAttempted: Classification(outcome: nil, reason: .waiting, rule: "P4")
        }
    }
}
