internal import Delivery

/// What the DNS says about one host that takes mail.
struct HostFacts: Sendable, Hashable {
    enum Addresses: Sendable, Hashable {
        /// In the order of trial.
        case found([String])
        /// It has none that we could use; says so.
        case none(String)
        /// Not known for now; says why.
        case failed(String)
    }

    var addresses: Addresses
    /// Under which names TLSA records may stand, the first that has any decides; empty where DNSSEC does not reach.
    var daneNames: [String]

    static func failed(_ why: String) -> HostFacts { HostFacts(addresses: .failed(why), daneNames: []) }
}

/// What DANE demands of a host (RFC 7672 §2.2).
enum DANEFacts: Sendable, Hashable {
    /// Nothing: there are no records.
    case none
    /// A certificate that matches.
    case records([TLSARecord], name: String)
    /// TLS at least: there are records, but none that may be used.
    case unusable
    /// Not known, so the host must not be used for now; says why.
    case failed(String, TLSResultType)
}
