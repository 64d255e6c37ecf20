internal import Delivery
internal import DeliveryWorker
internal import NIOCore
internal import Yams

/// The parts `relays` and `sources` of the configuration file: servers that take mail for everybody, and where we come from.
///
///     relays:
///       - {url: "smtp+starttls://news@a.relay.example", passwordFile: /run/secrets/a, weight: 3}
///       - {url: smtp://b.relay.example}
///     sources:
///       - {address: 192.0.2.1, weight: 4, heloName: mta1.example.org}
///       - {address: 192.0.2.2, rate: 1000/1h, heloName: mta2.example.org}
struct ServerSettings {
    static let relaysKey = "relays"
    static let sourcesKey = "sources"

    /// A relay as the file has it; how its certificate is looked at, the options say.
    struct RelayLine: Sendable {
        var url: String
        var passwordFile: String?
        /// 0 for a relay that only ``RoutingSettings/routesKey`` name.
        var weight = 1
    }

    private let section: YAMLSection

    /// - Parameter file: the path of the file, for messages.
    init(file: String) {
        section = YAMLSection(file: file)
    }

    /// Reads `relays`.
    /// - Throws: ``CommandError`` with the line, for what is none.
    func relays(in node: Node) throws -> [RelayLine] {
        try section.elements(of: node, Self.relaysKey).map { element in
            var url: String?
            var line = RelayLine(url: "")
            for (name, value) in try section.members(
                of: element, Self.relaysKey, known: ["url", "passwordFile", "weight"])
            {
                let path = "\(Self.relaysKey).\(name)"
                switch name {
                case "url": url = try section.text(value, path)
                case "passwordFile": line.passwordFile = try section.text(value, path)
                default: line.weight = try section.number(value, path, 0...1000)
                }
            }
            guard let url else {
                throw section.problem(element, Self.relaysKey, "each relay has a url, such as smtp://relay.example")
            }
            line.url = url
            return line
        }
    }

    /// Reads `sources`.
    /// - Throws: ``CommandError`` with the line, for what is none.
    func sources(in node: Node) throws -> [SourceAddress] {
        try section.elements(of: node, Self.sourcesKey).map { element in
            var address: SocketAddress?
            var weight = 1
            var rate: MessageRate?
            var heloName: String?
            for (name, value) in try section.members(
                of: element, Self.sourcesKey, known: ["address", "weight", "rate", "heloName"])
            {
                let path = "\(Self.sourcesKey).\(name)"
                switch name {
                case "address": address = try self.address(value, path)
                case "weight": weight = try section.number(value, path, 1...1000)
                case "rate": rate = try self.rate(value, path)
                default: heloName = try section.text(value, path)
                }
            }
            guard let address else {
                throw section.problem(element, Self.sourcesKey, "each source has an address of this machine")
            }
            return SourceAddress(address: address, weight: weight, rate: rate, heloName: heloName)
        }
    }

    private func address(_ node: Node, _ path: String) throws -> SocketAddress {
        let text = try section.text(node, path)
        guard let address = try? SocketAddress(ipAddress: text, port: 0) else {
            throw section.problem(node, path, "“\(text)” is no IP address")
        }
        return address
    }

    private func rate(_ node: Node, _ path: String) throws -> MessageRate {
        let text = try section.text(node, path)
        do throws(MessageRateError) {
            return try MessageRate(parsing: text)
        } catch {
            throw section.problem(node, path, error.description)
        }
    }
}
