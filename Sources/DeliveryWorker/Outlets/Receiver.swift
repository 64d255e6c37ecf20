internal import MailRouting
internal import NIOCore
internal import SMTP

/// Who takes mail from us: a relay, or the servers of a site; with an outlet for each local address that it is sent from.
final class Receiver {
    enum Kind: Hashable {
        /// One of the relays that take mail for everybody.
        case relay
        /// A relay that the routing table names for some domains.
        case namedRelay
        /// The servers that the DNS names.
        case site
    }

    let kind: Kind
    /// For people and logs; never an address.
    let name: String
    let destination: SMTPDestination
    /// By the number of the local address; made when they are first needed.
    var outlets: [Outlet?]
    /// When nobody could be reached lately, by the number of the local address.
    private var failures: [Int: NIODeadline] = [:]
    private static let memory = TimeAmount.seconds(5)

    /// - Parameter sources: How many local addresses there are, at least one.
    init(kind: Kind, name: String, destination: SMTPDestination, sources: Int) {
        self.kind = kind
        self.name = name
        self.destination = destination
        outlets = Array(repeating: nil, count: max(1, sources))
    }

    /// Whether mail may go there from some local address.
    func isAvailable(at now: NIODeadline) -> Bool { outlets.indices.contains { isAvailable(from: $0, at: now) } }

    /// Whether mail may go there from one local address.
    func isAvailable(from source: Int, at now: NIODeadline) -> Bool {
        if let outlet = outlets[source] { return outlet.isAvailable }
        return failures[source].map { now - $0 > Self.memory } ?? true
    }

    /// Notes that nobody could be reached from a local address: other addresses are tried first for a while.
    func noteFailure(from source: Int, at now: NIODeadline) { failures[source] = now }
}

/// What makes two domains share a receiver: the same servers with the same demands.
struct SiteServers: Hashable {
    private struct Server: Hashable {
        var name: String
        var addresses: Set<String>
        var port: Int
        var policy: TLSPolicy
    }

    let site: String
    private let servers: Set<Server>

    /// The order of hosts and addresses, which is drawn anew for each answer of the DNS, makes no difference.
    init(_ route: MailRoute) {
        site = route.site
        servers = Set(
            route.hosts.map {
                Server(name: $0.name, addresses: Set($0.addresses), port: $0.port, policy: $0.policy)
            })
    }
}
