internal import ArgumentParser
internal import Foundation
internal import Logging
internal import SMTP
internal import ServiceLifecycle
internal import Simulator

/// `postrider simulator`: the receiving world, for trying things out.
struct SimulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulator",
        abstract: "Run the mailbox simulator: an SMTP server whose recipients behave as their names say.",
        discussion: """
            What a recipient does follows from its local part: ok… accepts, bounce… has no such user, full… has a full mailbox, \
            full-N… only N times, toobig…, spam…, rejected…, blocked…, greylist…, deferred-N…, throttle…, drop… (closes after the \
            final dot, once) and slow…. Whole sites do, too: limit-N.example takes N messages a second, strict-N.example hangs up beyond, \
            wall-N.example blocks the first N, wall-Ns.example for N seconds. All other addresses follow the profile: accept (the usual) or realistic, or a JSON file such \
            as {"shares": {"ok": 0.9, "bounce": 0.1}}, in which the seed decides who does what.

            Example:
              postrider simulator --listen 127.0.0.1:2525 \\
                  --log mail.ndjson --profile realistic --seed 7
              postrider simulator --listen 127.0.0.1:2587 \\
                  --tls-certificate server.pem --tls-key server.key --require-tls --login news --password-file password
            """)

    @Option(
        help: ArgumentHelp(
            "Where to listen (or POSTRIDER_LISTEN); port 0 lets the system choose.", valueName: "host:port"))
    var listen: String?

    @Option(help: ArgumentHelp("Where each decided recipient is logged, one JSON object a line.", valueName: "file"))
    var log: String?

    @Flag(help: "Accept everything as fast as possible, and remember nothing.")
    var discard = false

    @Option(help: ArgumentHelp("accept, realistic, or a JSON file.", valueName: "name|file"))
    var profile: String = "accept"

    @Option(help: "Chooses who does what under a profile.")
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp("The certificate (PEM) under which STARTTLS is offered; needs --tls-key.", valueName: "file")
    )
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("The key (PEM) of the certificate.", valueName: "file"))
    var tlsKey: String?

    @Flag(name: .customLong("implicit-tls"), help: "TLS from the first byte on, in place of STARTTLS.")
    var implicitTLS = false

    @Flag(name: .customLong("require-tls"), help: "Refuse mail before STARTTLS.")
    var requireTLS = false

    @Option(help: ArgumentHelp("Let only this user send (AUTH PLAIN or LOGIN).", valueName: "user"))
    var login: String?

    @Option(help: ArgumentHelp("The file with the user's password.", valueName: "file"))
    var passwordFile: String?

    @Option(
        help: ArgumentHelp(
            "What the reply to EHLO leaves out, such as PIPELINING,CHUNKING.", valueName: "keywords"))
    var without: String?

    @OptionGroup var logging: LogOptions
    @OptionGroup var configuration: ConfigurationOptions

    func validate() throws {
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key go together")
        }
        guard tlsCertificate != nil || !(implicitTLS || requireTLS) else {
            throw ValidationError("TLS needs --tls-certificate and --tls-key")
        }
        guard (login == nil) == (passwordFile == nil) else {
            throw ValidationError("--login and --password-file go together")
        }
        // A file that cannot be read is reported when it is needed, and is no wrong usage.
        guard let settings = try? configuration.settings() else { return }
        _ = try listen(settings)
    }

    private func listen(_ settings: Settings) throws -> String {
        guard let text = listen ?? settings.string(.listen) else {
            throw ValidationError("say where to listen with --listen HOST:PORT, such as 127.0.0.1:2525")
        }
        return text
    }

    func run() async throws {
        let settings = try configuration.settings()
        let address = try ListenAddress(parsing: listen(settings))
        let logger = try logging.logger("simulator", settings)
        var setup = SimulatorConfiguration(
            host: address.host, port: address.port, logPath: log, discards: discard,
            profile: try SimulatorProfile(nameOrPath: profile), seed: seed)
        if let tlsCertificate, let tlsKey {
            setup.tls = SMTPServerTLS(
                certificateFile: tlsCertificate, keyFile: tlsKey, isImplicit: implicitTLS, isRequired: requireTLS)
        }
        if let login, let passwordFile {
            setup.login = (login, try PasswordFile.secret(passwordFile))
        }
        if let without { setup.withheld = Set(without.split(separator: ",").map { $0.uppercased() }) }
        let simulator = try Simulator(configuration: setup, logger: logger)
        let port: Int
        do {
            port = try await simulator.start()
        } catch {
            throw address.problem(error)
        }
        let scheme = implicitTLS ? SMTPEndpoint.Scheme.smtps.rawValue : SMTPEndpoint.Scheme.smtp.rawValue
        let manner =
            discard ? "discards everything" : "profile \(profile), seed \(seed)\(log.map { ", log \($0)" } ?? "")"
        StandardOutput.announce("postrider simulator is ready at \(scheme)://\(address.with(port: port)), \(manner)")
        try await ServiceRunner.run([SimulatorService(simulator: simulator)], logger: logger)
        let counts = simulator.counts
        StandardOutput.announce(
            "\(NumberText.grouped(counts.accepted)) accepted, \(NumberText.grouped(counts.refused)) refused, "
                + "\(NumberText.grouped(counts.dropped)) dropped, over \(NumberText.grouped(counts.connections)) connections"
        )
    }
}

/// A simulator that has been started, until it is told to stop.
private struct SimulatorService: Service {
    let simulator: Simulator

    func run() async throws {
        try? await gracefulShutdown()
        try await simulator.stop()
    }
}
