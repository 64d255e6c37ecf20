/// A host that takes a domain's mail (RFC 1035 §3.3.9).
public struct MXRecord: Sendable, Hashable, CustomStringConvertible {
    /// Lower comes first.
    public var preference: UInt16
    /// In lower case, without a dot at its end; empty for the root, which as the only record is a null MX (RFC 7505).
    public var host: String

    public init(_ preference: UInt16, _ host: String) {
        self.preference = preference
        self.host = host
    }

    public var description: String { "\(preference) \(host.isEmpty ? "." : host)" }
}
