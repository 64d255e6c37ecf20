public import MailMessage

/// The addresses that are ours, and what each stands for.
public struct InboundAddresses: Sendable {
    /// Why an address is none of ours.
    public enum Refusal: Error, Hashable, Sendable {
        /// It is at another domain.
        case foreignDomain
        /// Nobody of us has made it.
        case unknown
    }

    private let keys: TokenKeys
    private let domains: Set<String>
    private let reports: Set<String>

    /// - Parameters:
    ///   - keys: what tokens were made with.
    ///   - domains: the bounce domains; every domain when empty.
    ///   - reports: whole addresses to which reports come that carry no token.
    public init(keys: TokenKeys, domains: [String], reports: [String] = []) {
        self.keys = keys
        self.domains = Set(domains.map { $0.lowercased() })
        self.reports = Set(reports.map { $0.lowercased() })
    }

    /// What an address stands for; letter case and a source route (RFC 5321 appendix C) do not matter.
    public func meaning(of address: String) throws(Refusal) -> InboundAddress {
        let address = Self.withoutRoute(address)
        guard !reports.contains(address.lowercased()) else { return .reports }
        guard let at = address.lastIndex(of: "@") else { throw .unknown }
        guard domains.isEmpty || domains.contains(address[address.index(after: at)...].lowercased()) else {
            throw .foreignDomain
        }
        guard let meaning = meaning(ofLocalPart: address[..<at]) else { throw .unknown }
        return meaning
    }

    private func meaning(ofLocalPart localPart: Substring) -> InboundAddress? {
        if let job = ReturnPath.job(ofLocalPart: localPart, keys: keys) { return .returnPath(job) }
        return UnsubscribeAddress.job(ofLocalPart: localPart, keys: keys).map { .unsubscribe($0) }
    }

    /// `@one,@two:user@domain` is the address behind the colon.
    private static func withoutRoute(_ address: String) -> Substring {
        guard address.hasPrefix("@"), let colon = address.firstIndex(of: ":") else { return address[...] }
        return address[address.index(after: colon)...]
    }
}
