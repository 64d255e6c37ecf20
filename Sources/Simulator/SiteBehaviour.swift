/// How a whole simulated site treats us, whoever the recipient is.
public enum SiteBehaviour: Hashable, Sendable {
    /// Takes so many messages a second; beyond that 451 4.7.1.
    case limit(perSecond: Int)
    /// Takes so many messages a second; beyond that 421 4.7.0, and the connection is closed.
    case strict(perSecond: Int)
    /// 554 5.7.1 to so many messages: our host is on a block list, until it is taken off.
    case wall(messages: Int)
    /// 554 5.7.1 for so many seconds from the first message on.
    case wallFor(seconds: Int)

    /// The behaviour that a domain asks for by how its first label begins, letter case aside; `nil` when it asks for none.
    ///
    /// Anything may follow after a hyphen: `limit-50.example`, `wall-3s-b.example`.
    public init?(domain: some StringProtocol) {
        // Most domains end here: this is asked for every recipient.
        guard let hyphen = domain.utf8.firstIndex(of: UInt8(ascii: "-")) else { return nil }
        let rest = domain[hyphen...].dropFirst().prefix { $0 != "." && $0 != "-" }
        let digits = rest.prefix { ("0"..."9").contains($0) }
        guard let number = Int(digits), (1...100_000).contains(number) else { return nil }
        switch (domain[..<hyphen].lowercased(), rest.dropFirst(digits.count).lowercased()) {
        case ("limit", ""): self = .limit(perSecond: number)
        case ("strict", ""): self = .strict(perSecond: number)
        case ("wall", ""): self = .wall(messages: number)
        case ("wall", "s"): self = .wallFor(seconds: number)
        default: return nil
        }
    }
}
