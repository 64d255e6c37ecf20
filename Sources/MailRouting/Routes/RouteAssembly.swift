internal import Delivery

/// Puts together what was found out about a domain, its hosts and its policy: who may be tried, and with what TLS.
struct RouteAssembly {
    /// A host that may be tried; those of one preference are shuffled anew for every caller.
    struct Candidate: Sendable, Hashable {
        var preference: UInt16
        var host: MailHost
    }

    /// What comes of it.
    enum Result: Sendable, Hashable {
        case candidates([Candidate], remarks: [String])
        case finding(RouteFinding)
    }

    /// The recipients' domain.
    let domain: String
    let port: Int
    /// The domain's own policy (RFC 8461), if it has one.
    let policy: MTASTSPolicy?
    /// Whether the domain has no MX records and is its own only host.
    let isImplicit: Bool

    private(set) var candidates: [Candidate] = []
    private(set) var remarks: [String] = []
    private(set) var problems: [TLSPolicyType: [TLSResultType]] = [:]
    private var failure: String?
    private var isHeldByPolicy = false

    init(domain: String, port: Int, policy: MTASTSPolicy?, isImplicit: Bool) {
        self.domain = domain
        self.port = port
        self.policy = policy
        self.isImplicit = isImplicit
    }

    /// Takes a host, in the order of trial.
    mutating func add(_ record: MXRecord, _ facts: HostFacts, _ dane: DANEFacts) {
        let addresses: [String]
        switch facts.addresses {
        case .found(let found): addresses = found
        case .none(let why): return remarks.append("\(record.host) is left out: \(why)")
        case .failed(let why): return fail(record.host, why)
        }
        guard let demand = demand(of: record.host, dane) else { return }
        candidates.append(
            Candidate(
                preference: record.preference,
                host: MailHost(name: record.host, addresses: addresses, port: port, policy: demand)))
    }

    /// What TLS must achieve with a host; `nil` when it must not have the mail.
    private mutating func demand(of host: String, _ dane: DANEFacts) -> TLSPolicy? {
        // DANE comes first: it says which certificate, MTA-STS only by whom (RFC 8461 §2).
        switch dane {
        case .records(let records, let name):
            // The names a certificate under a DANE-TA record may be for (RFC 7672 §3.2.2).
            return .dane(records: records, names: name == domain ? [name] : [name, domain])
        case .unusable: return .encrypted
        case .failed(let why, let type):
            problems[.tlsa, default: []].append(type)
            fail(host, why)
            return nil
        case .none: break
        }
        guard let policy, policy.mode != .none else { return .opportunistic }
        let isAllowed = policy.allows(host)
        if !isAllowed { problems[.sts, default: []].append(.validationFailure) }
        guard policy.mode == .enforce else { return isAllowed ? .tested(names: [host]) : .opportunistic }
        if isAllowed { return .verified(names: [host], source: .mtaSTS) }
        remarks.append("\(host) is left out: the domain's MTA-STS policy does not name it")
        isHeldByPolicy = true
        return nil
    }

    private mutating func fail(_ host: String, _ why: String) {
        remarks.append("\(host) is left out for now: \(why)")
        failure = failure ?? why
    }

    /// What comes of all hosts.
    ///
    /// The words of a finding have no names in them: words decide about outcomes, and a name may be any word.
    func result() -> Result {
        if !candidates.isEmpty { return .candidates(candidates, remarks: remarks) }
        if let failure { return .finding(.temporary("no mail server can be used for now: \(failure)")) }
        if isHeldByPolicy {
            return .finding(.tlsPolicy("the MTA-STS policy of the domain names none of its mail servers"))
        }
        return .finding(
            .noSuchDomain(
                isImplicit
                    ? "the domain has no MX and no address record: host not found"
                    : "none of the mail servers of the domain has an address: host not found"))
    }
}
