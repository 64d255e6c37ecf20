public import Delivery

/// Where the configuration itself says that mail goes.
public struct RoutingTable: Sendable, Hashable {
    /// Where the mail of a domain goes.
    public enum Target: Sendable, Hashable {
        /// Where the domain's MX records say.
        case direct
        /// To a relay, by its URL.
        case relay(url: String)
    }

    /// Everything goes elsewhere, whatever the recipient: for trying out.
    public enum Diversion: Sendable, Hashable {
        /// To one server, by its URL.
        case server(url: String)
        /// To one mailbox, where its domain says.
        case address(EmailAddress)
    }

    /// What a domain goes to; a key is `example.org`, `*.example.org` (all below it, not itself) or `*` (all others).
    public private(set) var targets: [String: Target]
    public var diversion: Diversion?

    /// The word of the configuration file for ``Target/direct``.
    public static let directWord = "direct"

    public init(diversion: Diversion? = nil) {
        targets = [:]
        self.diversion = diversion
    }

    /// Reads lines of the configuration: a pattern, and the URL of a relay or `direct`.
    ///
    /// - Throws: ``RoutingTableError`` for a pattern or target that is none.
    public init(routes: [String: String], diversion: Diversion? = nil) throws(RoutingTableError) {
        self.init(diversion: diversion)
        for (pattern, target) in routes { try add(pattern, target) }
    }

    /// Adds a line; the later of two for one pattern is refused.
    public mutating func add(_ pattern: String, _ target: String) throws(RoutingTableError) {
        let isWildcard = pattern.hasPrefix("*.")
        let name = isWildcard ? String(pattern.dropFirst(2)) : pattern
        let key: String
        if pattern == "*" {
            key = pattern
        } else if let domain = DNSName.canonical(name) {
            key = isWildcard ? "*.\(domain)" : domain
        } else {
            throw RoutingTableError("“\(pattern)” is no domain; write example.org, *.example.org or *")
        }
        let value: Target
        if target == Self.directWord {
            value = .direct
        } else if RelaySite.name(ofURL: target) != nil {
            value = .relay(url: target)
        } else {
            throw RoutingTableError(
                "“\(target)” is neither the URL of a relay, such as smtp://relay.example:587, nor direct")
        }
        guard targets.updateValue(value, forKey: key) == nil else {
            throw RoutingTableError("there is a route for “\(key)” already")
        }
    }

    /// Where the mail of a domain goes: the domain itself, else the nearest `*.` above it, else `*`, else direct.
    public func target(of domain: String) -> Target { namedTarget(of: domain) ?? .direct }

    /// The target that a line, or the diversion, names for a domain; `nil` when none does.
    public func namedTarget(of domain: String) -> Target? {
        if case .server(let url) = diversion { return .relay(url: url) }
        guard !targets.isEmpty else { return nil }
        let name = DNSName.canonical(domain) ?? domain
        if let exact = targets[name] { return exact }
        var rest = name[...]
        while let dot = rest.firstIndex(of: ".") {
            rest = rest[rest.index(after: dot)...]
            if let below = targets["*.\(rest)"] { return below }
        }
        return targets["*"]
    }

    /// The URLs of all relays that are named.
    public var relayURLs: Set<String> {
        var urls: Set<String> = []
        for case .relay(let url) in targets.values { urls.insert(url) }
        if case .server(let url) = diversion { urls.insert(url) }
        return urls
    }

    /// Whom a message for an address is handed over to: the address itself unless there is a diversion to another.
    public func recipient(for address: EmailAddress) -> EmailAddress {
        if case .address(let other) = diversion { other } else { address }
    }
}

/// Why a line is no route, as a sentence for the operator.
public struct RoutingTableError: Error, Hashable, CustomStringConvertible {
    public var description: String

    init(_ description: String) {
        self.description = description
    }
}
