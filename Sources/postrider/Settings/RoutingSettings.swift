internal import Delivery
internal import MailRouting
internal import Yams

/// The parts `routes` and `routing` of the configuration file: where mail goes, and how that is found out.
///
///     routes:
///       example.org: smtp://relay.example:587
///       "*.example.net": direct
///     routing:
///       resolver: [192.0.2.53, "192.0.2.54@5353"]
///       addresses: ipv4-first
struct RoutingSettings {
    static let routesKey = "routes"
    static let routingKey = "routing"

    /// The keys of `routing`, in the order in which they are told.
    enum Key: String, CaseIterable {
        case resolver, trustAnchor, timeout, addresses, hosts, port, loopback, ownNames, dane, mtaSTS, mtaSTSDirectory
        case mtaSTSAuthorities, mtaSTSPort
    }

    private let section: YAMLSection

    /// - Parameter file: the path of the file, for messages.
    init(file: String) {
        section = YAMLSection(file: file)
    }

    /// Reads `routes`: a domain, `*.domain` or `*`, and the URL of a relay or `direct`.
    /// - Throws: ``CommandError`` with the line, for what is no route.
    func table(in node: Node) throws -> RoutingTable {
        var table = RoutingTable()
        for (pattern, value) in try section.members(of: node, Self.routesKey, known: nil) {
            let target = try section.text(value, "\(Self.routesKey).\(pattern)")
            do throws(RoutingTableError) {
                try table.add(pattern, target)
            } catch {
                throw section.problem(value, "\(Self.routesKey).\(pattern)", error.description)
            }
        }
        return table
    }

    /// Reads `routing` into a configuration.
    /// - Throws: ``CommandError`` with the line, for a key that means nothing or a value that does not fit.
    func read(_ node: Node, into configuration: inout RoutingConfiguration) throws {
        let known = Key.allCases.map(\.rawValue)
        for (name, value) in try section.members(of: node, Self.routingKey, known: known) {
            if let key = Key(rawValue: name) { try set(key, value, in: &configuration) }
        }
    }

    private func set(_ key: Key, _ value: Node, in configuration: inout RoutingConfiguration) throws {
        let path = "\(Self.routingKey).\(key.rawValue)"
        switch key {
        case .resolver: configuration.resolver.servers = RoutingText.servers(try texts(value, path))
        case .trustAnchor: configuration.resolver.trustAnchorFile = RoutingText.file(try section.text(value, path))
        case .timeout: configuration.resolver.timeout = try duration(value, path)
        case .addresses: configuration.addressPreference = try preference(value, path)
        case .hosts: configuration.hostLimit = try section.number(value, path, 1...100)
        case .port: configuration.port = try section.number(value, path, 1...65_535)
        case .loopback: configuration.allowsLoopback = try flag(value, path)
        case .ownNames: configuration.ownNames = Set(try texts(value, path))
        case .dane: configuration.usesDANE = try flag(value, path)
        case .mtaSTS: configuration.mtaSTS = try flag(value, path) ? configuration.mtaSTS ?? MTASTSConfiguration() : nil
        case .mtaSTSDirectory: configuration.mtaSTS?.directory = try section.text(value, path)
        case .mtaSTSAuthorities: configuration.mtaSTS?.certificateAuthorityFile = try section.text(value, path)
        case .mtaSTSPort: configuration.mtaSTS?.port = try section.number(value, path, 1...65_535)
        }
    }

    private func preference(_ node: Node, _ path: String) throws -> AddressPreference {
        let text = try section.text(node, path)
        guard let preference = AddressPreference(rawValue: text) else {
            let known = AddressPreference.allCases.map(\.rawValue).joined(separator: ", ")
            throw section.problem(node, path, "“\(text)” is none of \(known)")
        }
        return preference
    }

    private func duration(_ node: Node, _ path: String) throws -> Duration {
        let text = try section.text(node, path)
        do throws(DurationError) {
            return try Duration(parsing: text)
        } catch {
            throw section.problem(node, path, "\(error)")
        }
    }

    private func flag(_ node: Node, _ path: String) throws -> Bool {
        switch try section.text(node, path) {
        case "true", "on", "yes": return true
        case "false", "off", "no": return false
        default: throw section.problem(node, path, "it takes true or false")
        }
    }

    /// One value or a list of them.
    private func texts(_ node: Node, _ path: String) throws -> [String] {
        try node.sequence.map { try $0.map { try section.text($0, path) } } ?? [section.text(node, path)]
    }
}

/// The words for who answers questions about the DNS, in the configuration file and in options.
enum RoutingText {
    /// `recursive`, `system`, or the addresses of resolvers.
    static func servers(_ texts: [String]) -> DNSResolverConfiguration.Servers {
        switch texts {
        case ["recursive"]: .recursive
        case ["system"]: .system
        default: .forwarders(texts)
        }
    }

    /// A file, or `none`.
    static func file(_ text: String) -> String? { text == "none" ? nil : text }
}
