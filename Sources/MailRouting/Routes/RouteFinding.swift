public import Delivery

/// What came of asking where a domain's mail goes.
///
/// Every answer is a value; none is an error.
public enum RouteFinding: Sendable, Hashable {
    /// To these hosts.
    case hosts(MailRoute)
    /// To this relay, which the configuration names for the domain: its URL as it stands there, and the site.
    case relay(url: String, site: String)
    /// The domain does not exist, or nothing in it takes mail (D1).
    case noSuchDomain(String)
    /// The domain says that it takes no mail (D2, RFC 7505).
    case nullMX(String)
    /// Nobody knows for now (D3).
    case temporary(String)
    /// There are hosts, but none may have the mail under the domain's own policy for TLS (T2).
    case tlsPolicy(String)

    /// The site, where there is a way.
    public var site: String? {
        switch self {
        case .hosts(let route): route.site
        case .relay(_, let site): site
        case .noSuchDomain, .nullMX, .temporary, .tlsPolicy: nil
        }
    }

    /// In whose words and in which phase the attempt ended, for ``OutcomeClassifier``; `nil` where there is a way.
    public var failure: (reply: SMTPReply, phase: DeliveryPhase)? {
        switch self {
        case .hosts, .relay: nil
        case .noSuchDomain(let why), .nullMX(let why), .temporary(let why): (SMTPReply(parsing: why), .dns)
        case .tlsPolicy(let why): (SMTPReply(parsing: why), .tls)
        }
    }
}
