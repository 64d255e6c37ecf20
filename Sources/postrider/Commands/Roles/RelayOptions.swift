internal import ArgumentParser
internal import Delivery
internal import DeliveryWorker
internal import Foundation
internal import MailRouting
internal import NIOCore
internal import SMTP

/// The options that say which way mail goes, and how we are known and protected there.
struct RelayOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A server that takes mail for everybody: smtp, smtp+starttls or smtps://[USER@]HOST[:PORT], lmtp://HOST[:PORT] or lmtp:///SOCKET (or POSTRIDER_RELAY); may be repeated: they share the mail, and stand in for one another.",
            valueName: "url"))
    var relay: [String] = []

    @Flag(help: "Send to each domain's own servers, as the DNS says (or POSTRIDER_DIRECT=true).")
    var direct = false

    @Option(
        help: ArgumentHelp(
            "The file with the password of the relay's user (or POSTRIDER_RELAY_PASSWORD_FILE; POSTRIDER_RELAY_PASSWORD is the password).",
            valueName: "file"))
    var relayPasswordFile: String?

    @Option(
        name: .customLong("relay-ca"),
        help: ArgumentHelp(
            "The certificates (PEM) of the authorities that are trusted where a certificate must be good (or POSTRIDER_RELAY_CA; those of the system).",
            valueName: "file"))
    var relayCA: String?

    @Option(
        help: ArgumentHelp(
            "Whether the relay's certificate must be good and bear its name, where TLS is demanded: name or none (or POSTRIDER_RELAY_VERIFY; name).",
            valueName: "how"))
    var relayVerify: String?

    @Option(
        help: ArgumentHelp(
            "The IP address of this machine that connections come from (or POSTRIDER_SOURCE_ADDRESS); may be repeated. The configuration file's sources have weights and rates, too.",
            valueName: "ip"))
    var sourceAddress: [String] = []

    @Option(
        help: ArgumentHelp(
            "This machine's name, as it is told to servers (or POSTRIDER_HELO_NAME; the host's).", valueName: "name"))
    var heloName: String?

    @Option(
        help: ArgumentHelp(
            "The most connections to one site's servers from each source address (or POSTRIDER_CONNECTIONS_PER_SITE; 10).",
            valueName: "n"))
    var connectionsPerSite: Int?

    @Option(
        help: ArgumentHelp(
            "For trying out: send everything to this server (a URL) or to this mailbox (an address), whoever the recipient is (or POSTRIDER_DIVERT_TO).",
            valueName: "to"))
    var divertTo: String?

    /// Checks that there is a way at all.
    func validate(_ settings: Settings) throws {
        if let connectionsPerSite, connectionsPerSite < 1 {
            throw ValidationError("--connections-per-site must be above 0")
        }
        let lines = try relayLines(settings)
        let isDirect = try isDirect(settings)
        guard !isDirect || relay.isEmpty else {
            throw ValidationError(
                "--direct and --relay exclude each other; routes of the configuration file go with both")
        }
        guard lines.contains(where: { $0.weight > 0 }) || isDirect || (divertTo ?? settings.string(.divertTo)) != nil
        else {
            throw ValidationError(
                "name the mail server to send to with --relay smtp://HOST:PORT (or POSTRIDER_RELAY), or let mail go to each domain's own servers with --direct"
            )
        }
    }

    /// Whether mail that no route names goes to each domain's own servers.
    func isDirect(_ settings: Settings) throws -> Bool {
        guard !direct else { return true }
        return try relay.isEmpty && settings.flag(.direct)
    }

    /// Which way mail goes.
    func routes(_ settings: Settings) throws -> DeliveryRoutes {
        let authorities = try authorities(settings)
        let isDirect = try isDirect(settings)
        var routes = DeliveryRoutes(relays: [], routing: settings.routing, certificateAuthorityFile: authorities)
        for line in try relayLines(settings) {
            let relay = try self.relay(line, authorities, settings)
            if line.weight > 0, !isDirect { routes.relays.append(relay) }
            routes.named[line.url] = relay
        }
        routes.routing.table.diversion = try diversion(settings)
        for url in routes.routing.table.relayURLs where routes.named[url] == nil {
            routes.named[url] = try self.relay(ServerSettings.RelayLine(url: url), authorities, settings)
        }
        routes.sources = try sources(settings)
        if let heloName = heloName ?? settings.string(.heloName) { routes.routing.ownNames.insert(heloName) }
        if let limit = try connectionsPerSite ?? settings.count(.connectionsPerSite) {
            routes.connectionsPerSite = limit
        }
        return routes
    }

    /// The relays of the command line; else of the environment, else of the file's list.
    private func relayLines(_ settings: Settings) throws -> [ServerSettings.RelayLine] {
        if !relay.isEmpty {
            return relay.map { ServerSettings.RelayLine(url: $0) } + settings.relays.filter { $0.weight == 0 }
        }
        if let url = settings.string(.relay) {
            return [ServerSettings.RelayLine(url: url)] + settings.relays.filter { $0.weight == 0 }
        }
        return settings.relays
    }

    private func relay(_ line: ServerSettings.RelayLine, _ authorities: String?, _ settings: Settings) throws -> Relay {
        let endpoint = try SMTPEndpoint(url: line.url)
        let verifies: Bool
        switch relayVerify ?? settings.string(.relayVerify) ?? "name" {
        case "name": verifies = true
        case "none": verifies = false
        case let text: throw CommandError("--relay-verify is name or none, not \"\(text)\"")
        }
        return Relay(
            name: "\(endpoint)",
            destination: endpoint.destination(
                secret: try secret(endpoint, line, settings), trust: authorities.map { .file($0) } ?? .system,
                verifies: verifies),
            weight: line.weight)
    }

    /// The file of authorities, which must be readable.
    private func authorities(_ settings: Settings) throws -> String? {
        let file = relayCA ?? settings.string(.relayCa)
        if let file, !FileManager.default.isReadableFile(atPath: file) {
            throw CommandError("the file of authorities \(file) cannot be read; correct --relay-ca")
        }
        return file
    }

    /// The password or token, from a file or the environment, never from the command line, which others can read.
    private func secret(
        _ relay: SMTPEndpoint, _ line: ServerSettings.RelayLine, _ settings: Settings
    ) throws -> String? {
        guard relay.user != nil else { return nil }
        let secret: String?
        if let file = line.passwordFile ?? relayPasswordFile ?? settings.string(.relayPasswordFile) {
            secret = try PasswordFile.secret(file)
        } else {
            secret = settings.string(.relayPassword)
        }
        guard let secret, !secret.isEmpty else {
            throw CommandError(
                "the URL of the relay \(relay) names a user; put the password into a file and name that with --relay-password-file, "
                    + "or as passwordFile of the configuration file's relays (or set POSTRIDER_RELAY_PASSWORD)")
        }
        return secret
    }

    private func sources(_ settings: Settings) throws -> [SourceAddress] {
        let texts = sourceAddress.isEmpty ? [settings.string(.sourceAddress)].compactMap(\.self) : sourceAddress
        guard !texts.isEmpty else { return settings.sources }
        return try texts.map { text in
            guard let address = try? SocketAddress(ipAddress: text, port: 0) else {
                throw CommandError("the source address \"\(text)\" is no IP address")
            }
            return SourceAddress(address: address)
        }
    }

    private func diversion(_ settings: Settings) throws -> RoutingTable.Diversion? {
        guard let text = divertTo ?? settings.string(.divertTo) else { return nil }
        if text.contains("://") {
            _ = try SMTPEndpoint(url: text)
            return .server(url: text)
        }
        do throws(EmailAddressError) {
            return .address(try EmailAddress(parsing: text))
        } catch {
            throw CommandError("--divert-to takes the URL of a server or an address; \"\(text)\" is none: \(error)")
        }
    }
}
