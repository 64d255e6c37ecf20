/// What the DNS says about who takes a domain's mail.
enum DomainFacts: Sendable, Hashable {
    /// These hosts; secure where the answer is signed.
    case exchangers(MailExchangers, isSecure: Bool)
    /// There are no MX records: the domain's own addresses take its mail (RFC 5321 §5.1). The name is the one at the
    /// end of its aliases.
    case implicit(String, isSecure: Bool)
    case noSuchDomain
    case nullMX
    case failed(String)

    init(_ answer: DNSAnswer<MXRecord>) {
        switch answer.status {
        case .noSuchName: self = .noSuchDomain
        case .failed(let why), .bogus(let why): self = .failed(why)
        case .noData: self = .implicit(answer.canonicalName, isSecure: answer.isSecure)
        case .found:
            let exchangers = MailExchangers(answer.records)
            self = exchangers.isNullMX ? .nullMX : .exchangers(exchangers, isSecure: answer.isSecure)
        }
    }

    /// The name of the servers of this domain, if it has any.
    var site: String? {
        switch self {
        case .exchangers(let exchangers, _): exchangers.site
        case .implicit(let name, _): name
        case .noSuchDomain, .nullMX, .failed: nil
        }
    }

    /// Whether what was found out is conclusive, and may be kept as long as the DNS says.
    var isConclusive: Bool {
        if case .failed = self { false } else { true }
    }
}
