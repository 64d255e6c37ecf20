/// Which addresses of a host are tried, and in which order.
public enum AddressPreference: String, Sendable, Hashable, CaseIterable {
    /// IPv4, then IPv6: most receivers know senders by their IPv4 address.
    case ipv4First = "ipv4-first"
    case ipv6First = "ipv6-first"
    case ipv4Only = "ipv4"
    case ipv6Only = "ipv6"

    /// The types of records to ask for, in the order of trial.
    var types: [DNSRecordType] {
        switch self {
        case .ipv4First: [.a, .aaaa]
        case .ipv6First: [.aaaa, .a]
        case .ipv4Only: [.a]
        case .ipv6Only: [.aaaa]
        }
    }
}
