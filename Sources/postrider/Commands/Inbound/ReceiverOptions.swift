internal import ArgumentParser
internal import Delivery
internal import Foundation
internal import Inbound
internal import NIOCore
internal import SMTP

/// The options of `postrider inbound` as a server.
struct ReceiverOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where to listen, HOST:PORT or unix:PATH; may be repeated (or POSTRIDER_LISTEN, with commas). Port 0 lets the system choose.",
            valueName: "host:port"))
    var listen: [String] = []

    @Flag(help: "Speak LMTP (RFC 2033) in place of SMTP, for a mail server that hands mail over.")
    var lmtp = false

    @Option(help: ArgumentHelp("The name in the greeting (or POSTRIDER_HOST_NAME; this machine's).", valueName: "name"))
    var hostName: String?

    @Option(
        help: ArgumentHelp(
            "The certificate (PEM) under which STARTTLS is offered; needs --tls-key (or POSTRIDER_TLS_CERTIFICATE).",
            valueName: "file"), completion: .file())
    var tlsCertificate: String?

    @Option(
        help: ArgumentHelp("The key (PEM) of the certificate (or POSTRIDER_TLS_KEY).", valueName: "file"),
        completion: .file())
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "The largest message in bytes (or POSTRIDER_MAX_MESSAGE_SIZE; 52428800). Of each only the beginning is kept.",
            valueName: "bytes"))
    var maxMessageSize: Int?

    @Option(
        help: ArgumentHelp(
            "The most connections on each address; each takes up to 256 KiB (or POSTRIDER_MAX_CONNECTIONS; 500).",
            valueName: "n"))
    var maxConnections: Int?

    @Option(
        help: ArgumentHelp(
            "The most connections of one client, an IPv4 address or an IPv6 /64; this machine's programs may have as many as there are (50).",
            valueName: "n"))
    var maxConnectionsPerClient: Int?

    @Option(help: ArgumentHelp("Messages that one connection may bring (1000).", valueName: "n"))
    var messagesPerConnection: Int?

    @Option(help: ArgumentHelp("How long a client may be silent (5m).", valueName: "time"))
    var idleTimeout: String = "5m"

    @Option(help: ArgumentHelp("How long a connection may last (1h).", valueName: "time"))
    var sessionTimeout: String = "1h"

    @Option(
        help: ArgumentHelp("How long a stop waits for what is in hand (or POSTRIDER_GRACE; 20s).", valueName: "time"))
    var grace: String?

    func validate(_ settings: Settings) throws {
        for (name, number) in [
            ("--max-message-size", maxMessageSize), ("--max-connections", maxConnections),
            ("--messages-per-connection", messagesPerConnection),
            ("--max-connections-per-client", maxConnectionsPerClient),
        ] where number.map({ $0 < 1 }) ?? false {
            throw ValidationError("\(name) must be above 0")
        }
        guard
            ((tlsCertificate ?? settings.string(.tlsCertificate)) == nil)
                == ((tlsKey ?? settings.string(.tlsKey)) == nil)
        else {
            throw ValidationError("--tls-certificate and --tls-key go together")
        }
        guard !settings.list(listen, .listen).isEmpty else {
            throw ValidationError(
                "say where to listen with --listen HOST:PORT, such as 0.0.0.0:25, or what to read with --maildir, --file, --imap or --pop3"
            )
        }
    }

    func listeners(_ settings: Settings) throws -> [InboundConfiguration.Listener] {
        try settings.list(listen, .listen).map { text in
            if text.hasPrefix("unix:/") { return .init(host: String(text.dropFirst(5)), port: 0) }
            let address = try ListenAddress(parsing: text)
            return .init(host: address.host, port: address.port)
        }
    }

    func server(_ settings: Settings) throws -> SMTPServerConfiguration {
        var server = SMTPServerConfiguration(
            hostName: hostName ?? settings.string(.hostName) ?? ProcessInfo.processInfo.hostName)
        server.greeting = lmtp ? "LMTP Postrider" : "ESMTP Postrider"
        server.isLMTP = lmtp
        server.maximumMessageSize = try maxMessageSize ?? settings.count(.maxMessageSize) ?? server.maximumMessageSize
        server.maximumConnections = try maxConnections ?? settings.count(.maxConnections) ?? 500
        server.maximumConnectionsPerClient = maxConnectionsPerClient ?? 50
        server.maximumErrors = 50
        server.maximumRecipients = 100
        server.idleTimeout = try Self.time(idleTimeout, "--idle-timeout")
        server.sessionTimeout = try Self.time(sessionTimeout, "--session-timeout")
        if let certificate = tlsCertificate ?? settings.string(.tlsCertificate),
            let key = tlsKey ?? settings.string(.tlsKey)
        {
            server.tls = SMTPServerTLS(certificateFile: certificate, keyFile: key)
        }
        return server
    }

    func grace(_ settings: Settings) throws -> Duration? {
        do {
            return try (grace ?? settings.string(.grace)).map { try Duration(parsing: $0) }
        } catch {
            throw CommandError("grace (POSTRIDER_GRACE): \(error)")
        }
    }

    private static func time(_ text: String, _ option: String) throws -> TimeAmount {
        do {
            return .milliseconds(try Duration(parsing: text).wholeMilliseconds)
        } catch {
            throw CommandError("\(option): \(error)")
        }
    }

    /// An address as it is written in a URL.
    static func text(_ address: SocketAddress) -> String {
        if let path = address.pathname, !path.isEmpty { return path }
        return "\(ListenAddress(host: address.ipAddress ?? "", port: address.port ?? 0))"
    }

    /// Why it cannot listen, in words.
    static func problem(_ error: InboundListenError) -> CommandError {
        if error.underlyingError is SMTPServerTLSError { return CommandError("\(error.underlyingError)") }
        let listener = error.listener
        guard !listener.host.hasPrefix("/") else {
            return CommandError("cannot listen on \(listener.host): \(error.underlyingError)")
        }
        return ListenAddress(host: listener.host, port: listener.port).problem(error.underlyingError)
    }
}
