internal import Delivery
internal import DequeModule
internal import MailRouting
internal import NIOCore
internal import SMTP

/// All ways out of a worker, and which of them the mail of a domain takes, as far as that is known.
struct Outlets {
    /// How the mail of a domain goes.
    enum Way {
        case to(Receiver)
        /// It does not: what was found out, which is the end of the attempt.
        case nowhere(SMTPReply, DeliveryPhase)
    }

    private struct KnownWay {
        var way: Way
        var expires: NIODeadline
    }

    private static let mostWays = 50_000
    private static let mostSites = 20_000

    /// The relays that take mail for everybody.
    let relays: [Receiver]
    private var rotation: WeightedRotation
    private var named: [String: Receiver] = [:]
    private var sites: [SiteServers: Receiver] = [:]
    private var ways: [String: KnownWay] = [:]
    /// Those that exist, for what concerns all of them.
    private(set) var all: [Outlet] = []
    /// Outlets with jobs that must be marked before they are sent.
    var awaitingMarks: Deque<Outlet> = []

    init(_ routes: DeliveryRoutes) {
        let sources = routes.sources.count
        relays = routes.relays.map {
            Receiver(kind: .relay, name: $0.name, destination: $0.destination, sources: sources)
        }
        rotation = WeightedRotation(weights: routes.relays.map(\.weight))
        for (url, relay) in routes.named {
            named[url] = Receiver(
                kind: .namedRelay, name: relay.name, destination: relay.destination, sources: sources)
        }
    }

    /// Whether one of the relays that take mail for everybody takes some.
    func isRelayAvailable(at now: NIODeadline) -> Bool { relays.contains { $0.isAvailable(at: now) } }

    /// The relay whose turn it is; `nil` when none takes mail.
    mutating func nextRelay(at now: NIODeadline) -> Receiver? {
        rotation.next { [relays] in relays[$0].isAvailable(at: now) }.map { relays[$0] }
    }

    /// The relay that the routing table names by this URL.
    func relay(named url: String) -> Receiver? { named[url] }

    /// The way of a domain's mail; `nil` when it must be found out, again perhaps.
    mutating func way(to domain: String, at now: NIODeadline) -> Way? {
        guard let known = ways[domain] else { return nil }
        guard known.expires > now else {
            ways[domain] = nil
            return nil
        }
        return known.way
    }

    /// Notes the way of a domain's mail.
    mutating func note(_ way: Way, to domain: String, until expires: NIODeadline) {
        if ways.count >= Self.mostWays {
            ways.removeAll(keepingCapacity: true)
        }
        ways[domain] = KnownWay(way: way, expires: expires)
    }

    /// The receiver for these servers, which other domains may share.
    mutating func receiver(for servers: SiteServers, sources: Int, destination: () throws -> SMTPDestination) rethrows
        -> Receiver
    {
        if let known = sites[servers] { return known }
        if sites.count >= Self.mostSites { sites = sites.filter { $0.value.outlets.contains { $0 != nil } } }
        let receiver = Receiver(kind: .site, name: servers.site, destination: try destination(), sources: sources)
        sites[servers] = receiver
        return receiver
    }

    mutating func add(_ outlet: Outlet) {
        outlet.receiver.outlets[outlet.source] = outlet
        all.append(outlet)
    }

    /// Forgets an outlet; the next job for its receiver makes another.
    mutating func remove(_ outlet: Outlet) {
        outlet.isRemoved = true
        if outlet.receiver.outlets[outlet.source] === outlet { outlet.receiver.outlets[outlet.source] = nil }
        all.removeAll { $0 === outlet }
        awaitingMarks.removeAll { $0 === outlet }
    }
}
