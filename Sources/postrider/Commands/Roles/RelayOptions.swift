internal import ArgumentParser
internal import Foundation
internal import NIOCore
internal import SMTP

/// The options that say to which relay mail goes, and how we are known and protected there.
struct RelayOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where mail goes: smtp, smtp+starttls or smtps://[USER@]HOST[:PORT], lmtp://HOST[:PORT] or lmtp:///SOCKET (or POSTRIDER_RELAY).",
            valueName: "url"))
    var relay: String?

    @Option(
        help: ArgumentHelp(
            "The file with the password of the relay's user (or POSTRIDER_RELAY_PASSWORD_FILE; POSTRIDER_RELAY_PASSWORD is the password).",
            valueName: "file"))
    var relayPasswordFile: String?

    @Option(
        name: .customLong("relay-ca"),
        help: ArgumentHelp(
            "The certificates (PEM) of the authorities that are trusted for the relay (or POSTRIDER_RELAY_CA; those of the system).",
            valueName: "file"))
    var relayCA: String?

    @Option(
        help: ArgumentHelp(
            "Whether the relay's certificate must be good and bear its name, where TLS is demanded: name or none (or POSTRIDER_RELAY_VERIFY; name).",
            valueName: "how"))
    var relayVerify: String?

    @Option(
        help: ArgumentHelp(
            "The IP address of this machine that connections come from (or POSTRIDER_SOURCE_ADDRESS).", valueName: "ip")
    )
    var sourceAddress: String?

    /// The relay's URL as text.
    func url(_ settings: Settings) throws -> String {
        guard let url = relay ?? settings.string(.relay) else {
            throw ValidationError("name the mail server to send to with --relay smtp://HOST:PORT (or POSTRIDER_RELAY)")
        }
        return url
    }

    /// The relay as its URL says.
    func endpoint(_ settings: Settings) throws -> SMTPEndpoint {
        try SMTPEndpoint(url: url(settings))
    }

    /// The relay with our login, whom we trust there, and where we come from.
    func destination(_ relay: SMTPEndpoint, _ settings: Settings) throws -> SMTPDestination {
        let authorities = relayCA ?? settings.string(.relayCa)
        if let authorities, !FileManager.default.isReadableFile(atPath: authorities) {
            throw CommandError("the file of authorities \(authorities) cannot be read; correct --relay-ca")
        }
        let verifies: Bool
        switch relayVerify ?? settings.string(.relayVerify) ?? "name" {
        case "name": verifies = true
        case "none": verifies = false
        case let text: throw CommandError("--relay-verify is name or none, not \"\(text)\"")
        }
        return relay.destination(
            secret: try secret(relay, settings), trust: authorities.map { .file($0) } ?? .system, verifies: verifies,
            sourceAddress: try source(settings))
    }

    /// The password or token, from a file or the environment, never from the command line, which others can read.
    private func secret(_ relay: SMTPEndpoint, _ settings: Settings) throws -> String? {
        guard relay.user != nil else { return nil }
        let secret: String?
        if let file = relayPasswordFile ?? settings.string(.relayPasswordFile) {
            secret = try SecretFile.secret(file)
        } else {
            secret = settings.string(.relayPassword)
        }
        guard let secret, !secret.isEmpty else {
            throw CommandError(
                "the relay's URL names a user; put the password into a file and name that with --relay-password-file "
                    + "(or set POSTRIDER_RELAY_PASSWORD)")
        }
        return secret
    }

    private func source(_ settings: Settings) throws -> SocketAddress? {
        guard let text = sourceAddress ?? settings.string(.sourceAddress) else { return nil }
        guard let address = try? SocketAddress(ipAddress: text, port: 0) else {
            throw CommandError("the source address \"\(text)\" is no IP address")
        }
        return address
    }
}
