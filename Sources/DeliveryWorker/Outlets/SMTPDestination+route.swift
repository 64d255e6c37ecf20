internal import MailRouting
internal import NIOCore
internal import SMTP

extension SMTPDestination {
    /// The servers of a route, each with what its domain, or the DNS, demands of TLS.
    ///
    /// - Parameter authorities: A file of certificates that count in place of the system's.
    /// - Throws: An error of NIO for what is no IP address.
    init(_ route: MailRoute, authorities: String?) throws {
        self.init(hosts: try route.hosts.map { try SMTPHost($0, authorities: authorities) })
    }
}

extension SMTPHost {
    fileprivate init(_ host: MailHost, authorities: String?) throws {
        self.init(
            name: host.name,
            addresses: try host.addresses.map { try SocketAddress(ipAddress: $0, port: host.port) },
            port: host.port, security: SMTPSecurity(host.policy, authorities: authorities))
    }
}

extension SMTPSecurity {
    fileprivate init(_ policy: TLSPolicy, authorities: String?) {
        switch policy {
        case .opportunistic: self = .opportunistic
        case .tested(let names): self = .tested(.names(names, trust: authorities.map { .file($0) } ?? .system))
        case .encrypted: self = .required(.none)
        case .verified(let names, _):
            self = .required(.names(names, trust: authorities.map { .file($0) } ?? .system))
        case .dane(let records, let names):
            self = .required(.dane(records.map(SMTPCertificateAssociation.init), names: names))
        }
    }
}

extension SMTPCertificateAssociation {
    fileprivate init(_ record: TLSARecord) {
        self.init(usage: record.usage, selector: record.selector, matching: record.matching, data: record.data)
    }
}
