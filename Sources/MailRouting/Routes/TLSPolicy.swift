/// What TLS must achieve with a host before a message may be handed over.
public enum TLSPolicy: Sendable, Hashable {
    /// Who demands that a certificate is verified by its name.
    public enum Source: String, Sendable, Hashable {
        /// The domain's own policy (RFC 8461).
        case mtaSTS = "mta-sts"
        /// Postrider's configuration.
        case `static`
    }

    /// TLS if it is offered, whatever the certificate; else in clear (RFC 3207, RFC 7435).
    case opportunistic
    /// As ``opportunistic``; but that the certificate is not one of a known authority for one of these names is counted, since
    /// the domain tries a policy out (RFC 8461 §5, mode `testing`).
    case tested(names: [String])
    /// TLS or nothing, whatever the certificate: the TLSA records are there, but none is usable (RFC 7672 §2.2).
    case encrypted
    /// TLS with a certificate of a known authority for one of these names; `*.` stands for one label.
    case verified(names: [String], source: Source)
    /// TLS with a certificate that matches one of the records (RFC 7672 §3). The names are what a certificate under
    /// a DANE-TA record must be for; DANE-EE needs no name.
    case dane(records: [TLSARecord], names: [String])

    /// Whether mail must rather wait than go without this.
    public var isMandatory: Bool {
        switch self {
        case .opportunistic, .tested: false
        case .encrypted, .verified, .dane: true
        }
    }
}
