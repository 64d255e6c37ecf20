/// The kind of policy under which a session is counted (RFC 8460 §4.2).
public enum TLSPolicyType: String, Sendable, Hashable, CaseIterable, Codable {
    /// The server's TLSA records (RFC 7672).
    case tlsa
    /// The domain's MTA-STS policy (RFC 8461), in testing or enforced.
    case sts
    /// Nobody demands anything.
    case none = "no-policy-found"
}
