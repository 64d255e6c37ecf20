internal import Delivery
public import Logging

/// Finds out where a domain's mail goes, and remembers it.
///
/// Answers are kept as long as the DNS says, in bounded memory; what several ask for at the same time is looked up once.
/// Which host comes first among equals is drawn anew for each caller (RFC 5321 §5.1).
public final class MailRouter: Sendable {
    /// How TLS policies fared, by domain; whoever sends counts its sessions here, too.
    public let tlsReports: TLSReportCounters
    /// Where answers about the DNS come from; others may ask it as well.
    public let dns: any DNSSource

    let configuration: RoutingConfiguration
    let clock: RouterClock
    private let hostLookup: HostLookup
    private let policies: MTASTSPolicies?
    private let ownNames: Set<String>

    private let domains: AnswerCache<String, DomainFacts>
    private let hosts: AnswerCache<String, HostFacts>
    private let daneRecords: AnswerCache<String, DANEFacts>
    private let domainPolicies: AnswerCache<String, MTASTSPolicy?>
    private let routes: AnswerCache<String, KnownRoute>

    /// A route before its hosts are shuffled.
    private struct KnownRoute: Sendable {
        var site: String
        var result: RouteAssembly.Result
    }

    /// Makes a router with a resolver of its own.
    public convenience init(configuration: RoutingConfiguration, logger: Logger) throws(DNSResolverError) {
        self.init(
            configuration: configuration,
            source: try DNSResolver(configuration: configuration.resolver, logger: logger), logger: logger)
    }

    /// Makes a router that asks a resolver that is there already.
    public convenience init(configuration: RoutingConfiguration, source: any DNSSource, logger: Logger) {
        let fetcher = configuration.mtaSTS.map { MTASTSFetcher($0, source: source) }
        self.init(configuration: configuration, source: source, fetcher: fetcher, clock: .system, logger: logger)
    }

    init(
        configuration: RoutingConfiguration, source: any DNSSource, fetcher: (any MTASTSFetching)?, clock: RouterClock,
        logger: Logger
    ) {
        self.configuration = configuration
        self.clock = clock
        dns = source
        let reports = TLSReportCounters()
        tlsReports = reports
        hostLookup = HostLookup(
            source: source, preference: configuration.addressPreference, addressLimit: configuration.addressLimit,
            allowsLoopback: configuration.allowsLoopback)
        policies = fetcher.map { fetcher in
            MTASTSPolicies(
                source: source, fetcher: fetcher,
                store: MTASTSStore(
                    directory: configuration.mtaSTS?.directory, capacity: configuration.cacheCapacity),
                clock: clock, cacheTimes: configuration.cacheTimes, reports: reports, logger: logger)
        }
        ownNames = Set(configuration.ownNames.compactMap(DNSName.canonical))
        domains = AnswerCache(capacity: configuration.cacheCapacity, now: clock.now)
        hosts = AnswerCache(capacity: configuration.cacheCapacity, now: clock.now)
        daneRecords = AnswerCache(capacity: configuration.cacheCapacity, now: clock.now)
        domainPolicies = AnswerCache(capacity: configuration.cacheCapacity, now: clock.now)
        routes = AnswerCache(capacity: configuration.cacheCapacity, now: clock.now)
    }

    /// The way of a domain's mail; the domain has A-labels, or is a literal such as `[192.0.2.1]`.
    public func route(to domain: String) async -> RouteFinding {
        switch destination(of: domain) {
        case .found(let finding): return finding
        case .lookUp(let name):
            let known = await routes.value(for: name) { await self.findRoute(to: name) }
            guard case .candidates(let candidates, let remarks) = known.value.result else {
                guard case .finding(let finding) = known.value.result else { return .temporary("lookup failed") }
                return finding
            }
            var generator = SystemRandomNumberGenerator()
            let order = MailExchangers.shuffled(candidates, by: \.preference, using: &generator)
            return .hosts(
                MailRoute(
                    site: known.value.site, hosts: order.map(\.host), remarks: remarks, expires: known.expires))
        }
    }

    /// The site of a domain, without looking at its hosts: one question to the DNS at most.
    ///
    /// `nil` when nothing takes the domain's mail, or when that cannot be found out now; ``route(to:)`` says which.
    public func site(of domain: String) async -> String? {
        switch destination(of: domain) {
        case .found(let finding): finding.site
        case .lookUp(let name): await facts(of: name).value.site
        }
    }
}

extension MailRouter {
    private enum Destination {
        case found(RouteFinding)
        /// The DNS must say.
        case lookUp(String)
    }

    /// What needs no question to the DNS.
    private func destination(of domain: String) -> Destination {
        var domain = domain
        if case .address(let address) = configuration.table.diversion { domain = address.asciiDomain }
        if case .relay(let url) = configuration.table.target(of: domain) {
            return .found(.relay(url: url, site: RelaySite.name(ofURL: url) ?? url))
        }
        if let address = IPAddress(literal: domain) {
            guard configuration.allowsLoopback || !address.isLoopback else {
                return .found(.noSuchDomain("the address is that of the asking machine itself: no such host"))
            }
            let host = MailHost(name: address.literal, addresses: ["\(address)"], port: configuration.port)
            let expires = clock.now() + configuration.cacheTimes.upperBound
            return .found(.hosts(MailRoute(site: address.literal, hosts: [host], expires: expires)))
        }
        guard let name = DNSName.canonical(domain) else {
            return .found(.noSuchDomain("the domain is no name that could exist: host not found"))
        }
        return .lookUp(name)
    }

    private func facts(of domain: String) async -> AnswerCache<String, DomainFacts>.Dated {
        await domains.value(for: domain) {
            let answer = await self.dns.mx(domain)
            let facts = DomainFacts(answer)
            return .init(value: facts, expires: self.expiry(answer.ttl, isConclusive: facts.isConclusive))
        }
    }

    private func findRoute(to domain: String) async -> AnswerCache<String, KnownRoute>.Dated {
        let facts = await facts(of: domain)
        func finding(_ finding: RouteFinding) -> AnswerCache<String, KnownRoute>.Dated {
            .init(value: KnownRoute(site: "", result: .finding(finding)), expires: facts.expires)
        }
        let exchangers: MailExchangers
        let isSecure: Bool
        var isImplicit = false
        switch facts.value {
        case .noSuchDomain: return finding(.noSuchDomain("the domain does not exist (NXDOMAIN)"))
        case .nullMX: return finding(.nullMX("the domain does not accept mail (null MX, RFC 7505)"))
        case .failed(let why): return finding(.temporary(why))
        case .implicit(let name, let secure):
            exchangers = MailExchangers([MXRecord(0, name)])
            (isSecure, isImplicit) = (secure, true)
        case .exchangers(let found, let secure): (exchangers, isSecure) = (found, secure)
        }
        var generator = SystemRandomNumberGenerator()
        let trial = exchangers.trial(ownNames: ownNames, limit: configuration.hostLimit, using: &generator)
        guard !trial.isEmpty else {
            return finding(.temporary("this host is itself the most preferred mail server of the domain: a loop"))
        }
        async let policyFound = policy(of: domain)
        let lookups = await look(up: trial, withDANE: isSecure && configuration.usesDANE)
        let policy = await policyFound
        var assembly = RouteAssembly(
            domain: domain, port: configuration.port, policy: policy.value, isImplicit: isImplicit)
        for (record, lookup) in zip(trial, lookups) { assembly.add(record, lookup.facts, lookup.dane) }
        for (type, results) in assembly.problems {
            for result in results { tlsReports.count(.init(result), domain: domain, policy: type) }
        }
        let expires = lookups.map(\.expires).reduce(min(facts.expires, policy.expires), min)
        return .init(
            value: KnownRoute(site: facts.value.site ?? "", result: assembly.result()), expires: expires)
    }

    private func policy(of domain: String) async -> AnswerCache<String, MTASTSPolicy?>.Dated {
        guard let policies else {
            return .init(value: nil, expires: clock.now() + configuration.cacheTimes.upperBound)
        }
        return await domainPolicies.value(for: domain) {
            let (policy, ttl) = await policies.policy(of: domain)
            return .init(value: policy, expires: self.clock.now() + ttl)
        }
    }

    private struct HostResult: Sendable {
        var facts: HostFacts
        var dane: DANEFacts
        var expires: ContinuousClock.Instant
    }

    /// Looks all hosts up at the same time; answers in the same order.
    private func look(up records: [MXRecord], withDANE: Bool) async -> [HostResult] {
        await withTaskGroup(of: (Int, HostResult).self) { group in
            for (index, record) in records.enumerated() {
                group.addTask { (index, await self.look(up: record.host, withDANE: withDANE)) }
            }
            var results: [Int: HostResult] = [:]
            for await (index, result) in group { results[index] = result }
            return records.indices.compactMap { results[$0] }
        }
    }

    private func look(up host: String, withDANE: Bool) async -> HostResult {
        let facts = await hosts.value(for: host) {
            let (facts, ttl) = await self.hostLookup.facts(of: host)
            var isConclusive = true
            if case .failed = facts.addresses { isConclusive = false }
            return .init(value: facts, expires: self.expiry(ttl, isConclusive: isConclusive))
        }
        guard withDANE, !facts.value.daneNames.isEmpty else {
            return HostResult(facts: facts.value, dane: .none, expires: facts.expires)
        }
        let dane = await daneRecords.value(for: host) {
            let (dane, ttl) = await self.hostLookup.dane(facts.value.daneNames)
            var isConclusive = true
            if case .failed = dane { isConclusive = false }
            return .init(value: dane, expires: self.expiry(ttl, isConclusive: isConclusive))
        }
        return HostResult(facts: facts.value, dane: dane.value, expires: min(facts.expires, dane.expires))
    }

    private func expiry(_ ttl: Duration, isConclusive: Bool) -> ContinuousClock.Instant {
        let times = configuration.cacheTimes
        let time = isConclusive ? min(max(ttl, times.lowerBound), times.upperBound) : configuration.failureTime
        return clock.now() + time
    }
}
