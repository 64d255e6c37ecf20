internal import Delivery
internal import MailRouting

/// What `postrider route` says of one domain.
struct RoutePicture: Encodable {
    /// One host.
    struct Host: Encodable {
        let name: String
        let addresses: [String]
        let port: Int
        /// `opportunistic`, `encrypted`, `verified` or `dane`.
        let tls: String
        /// Who demands it: `dane`, `mta-sts`, `static`, or nobody.
        let source: String?
        /// The names that a certificate must be for one of.
        let names: [String]
        let tlsa: [String]
        let why: String
    }

    let domain: String
    let site: String?
    let relay: String?
    let hosts: [Host]
    let remarks: [String]
    /// What would become of a message at once, where there is no way.
    let outcome: String?
    let reason: String?
    let rule: String?
    let words: String?

    var hasWay: Bool { outcome == nil }

    init(domain: String, finding: RouteFinding) {
        self.domain = domain
        site = finding.site
        if case .relay(let url, _) = finding { relay = url } else { relay = nil }
        if case .hosts(let route) = finding {
            hosts = route.hosts.map(Host.init)
            remarks = route.remarks
        } else {
            (hosts, remarks) = ([], [])
        }
        let failure = finding.failure
        let verdict = failure.map { OutcomeClassifier.standard.classify($0.reply, phase: $0.phase) }
        outcome = verdict?.outcome?.name
        reason = verdict?.reason.rawValue
        rule = verdict?.rule
        words = failure?.reply.text
    }

    /// The same for people.
    var text: String {
        guard let site else {
            return "\(domain): \(outcome ?? "no way") (\(reason ?? "unknown"), rule \(rule ?? "none")): \(words ?? "")"
        }
        if let relay { return "\(domain): site \(site), to the relay \(relay) by the configuration" }
        var table = Table("host", "port#", "addresses", "tls", "why")
        for host in hosts {
            table.add(host.name, "\(host.port)", host.addresses.joined(separator: " "), host.tls, host.why)
        }
        return (["\(domain): site \(site)"] + table.lines.map { "  \($0)" } + remarks.map { "  \($0)" })
            .joined(separator: "\n")
    }
}

extension RoutePicture.Host {
    init(_ host: MailHost) {
        name = host.name
        addresses = host.addresses
        port = host.port
        switch host.policy {
        case .opportunistic:
            (tls, source, names, tlsa) = ("opportunistic", nil, [], [])
            why = "nobody demands more"
        case .tested(let names):
            (tls, source, self.names, tlsa) = ("opportunistic", TLSPolicy.Source.mtaSTS.rawValue, names, [])
            why = "the domain tries out an MTA-STS policy (RFC 8461): failures are counted"
        case .encrypted:
            (tls, source, names, tlsa) = ("encrypted", "dane", [], [])
            why = "its TLSA records are not usable (RFC 7672)"
        case .verified(let names, let source):
            (tls, self.source, self.names, tlsa) = ("verified", source.rawValue, names, [])
            why = source == .mtaSTS ? "the domain's MTA-STS policy (RFC 8461)" : "the configuration"
        case .dane(let records, let names):
            (tls, source, self.names, tlsa) = ("dane", "dane", names, records.map(\.description))
            why = "signed TLSA records (RFC 7672)"
        }
    }
}
