internal import Delivery

/// Looks hosts up: their addresses, and what DANE demands of them.
struct HostLookup: Sendable {
    let source: any DNSSource
    let preference: AddressPreference
    let addressLimit: Int
    let allowsLoopback: Bool

    /// The addresses of a host, and how long they hold.
    func facts(of host: String) async -> (facts: HostFacts, ttl: Duration) {
        guard IPAddress(host) == nil else {
            return (HostFacts(addresses: .none("it is an address instead of a name"), daneNames: []), .seconds(3600))
        }
        let answer: DNSAnswer<String>
        let types = preference.types
        if types.count == 2 {
            async let first = source.addresses(host, ofType: types[0])
            async let second = source.addresses(host, ofType: types[1])
            answer = await DNSAnswer<String>(first, second)
        } else {
            answer = await source.addresses(host, ofType: types[0])
        }
        switch answer.status {
        case .failed(let why), .bogus(let why): return (.failed(why), answer.ttl)
        case .noSuchName: return (HostFacts(addresses: .none("it does not exist"), daneNames: []), answer.ttl)
        case .noData: return (HostFacts(addresses: .none("it has no address"), daneNames: []), answer.ttl)
        case .found: break
        }
        let usable = answer.records.filter { allowsLoopback || IPAddress($0)?.isLoopback == false }
        guard !usable.isEmpty else {
            return (HostFacts(addresses: .none("its address is that of the asking machine"), daneNames: []), answer.ttl)
        }
        let names = await daneNames(of: host, answer)
        return (HostFacts(addresses: .found(Array(usable.prefix(addressLimit))), daneNames: names), answer.ttl)
    }

    /// Where TLSA records may stand: at the end of the host's aliases, or else at its own name (RFC 7672 §2.2.2, §2.2.3).
    ///
    /// Where the addresses are not signed nobody looks: the servers of such zones often fail on TLSA.
    private func daneNames(of host: String, _ addresses: DNSAnswer<String>) async -> [String] {
        let isAlias = addresses.canonicalName != host
        if addresses.isSecure { return isAlias ? [addresses.canonicalName, host] : [host] }
        guard isAlias else { return [] }
        // The alias itself may be signed although what it leads to is not.
        let alias = await source.answer(to: DNSQuestion(host, .cname))
        return alias.isSecure ? [host] : []
    }

    /// What DANE demands of the first of these names that has records.
    func dane(_ names: [String]) async -> (facts: DANEFacts, ttl: Duration) {
        var ttl = Duration.seconds(86_400)
        for name in names {
            let answer = await source.tlsa("_25._tcp.\(name)")
            ttl = min(ttl, answer.ttl)
            switch answer.status {
            case .failed(let why):
                return (.failed("its TLSA records cannot be looked up: \(why)", .validationFailure), ttl)
            case .bogus(let why): return (.failed("its TLSA records are bogus: \(why)", .dnssecInvalid), ttl)
            case .noData, .noSuchName: continue
            case .found:
                guard answer.isSecure else { continue }
                let usable = Self.strongest(answer.records.filter(\.isUsable))
                return (usable.isEmpty ? .unusable : .records(usable, name: name), ttl)
            }
        }
        return (.none, ttl)
    }

    /// Without the records for which there is another of the same kind with a stronger digest (RFC 7671 §9).
    static func strongest(_ records: [TLSARecord]) -> [TLSARecord] {
        records.filter { record in
            record.matching == 0
                || !records.contains {
                    $0.usage == record.usage && $0.selector == record.selector && $0.matching > record.matching
                }
        }
    }
}
