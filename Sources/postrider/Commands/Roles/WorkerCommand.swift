internal import ArgumentParser
internal import Delivery
internal import DeliveryWorker
internal import Foundation
internal import Logging
internal import MailMessage
internal import SMTP

/// `postrider worker`: claims, composes and sends.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Run a worker: it claims messages from Redis and sends them.",
        discussion: """
            Any number may run, on any machine that reaches Redis and the relay. On the coordinator's own machine, --data finds the \
            Redis that the coordinator has started. At SIGTERM a worker claims no more, finishes what is in hand within the grace \
            time, gives the rest back, and exits 0. Killed, it loses nothing: its messages return to the queue.

            Messages are signed with the keys that the configuration file names under dkim; see postrider dkim. Campaigns with \
            unsubscribe links or a bounce domain need the coordinator's token key: --data finds it, elsewhere --token-key-file names a copy. \
            A campaign that needs a key which this worker lacks is left to others; postrider queue status says so.

            Example:
              postrider worker --data ./data --relay smtp://127.0.0.1:25
              postrider worker --redis redis://redis.internal \\
                  --relay smtp://relay.internal --connections 32
              postrider worker --data ./data --relay smtp+starttls://news@relay.example \\
                  --relay-password-file /run/secrets/relay
              postrider worker --redis redis://redis.internal --direct --connections 200
            """)

    @OptionGroup var redis: RedisOptions

    @Option(
        help: ArgumentHelp(
            "The data directory of a coordinator on this machine, for its Redis (or POSTRIDER_DATA).", valueName: "dir")
    )
    var data: String?

    @OptionGroup var relay: RelayOptions

    @Option(
        help: ArgumentHelp(
            "The most connections in all (or POSTRIDER_CONNECTIONS; 16, with --direct 200).", valueName: "n"))
    var connections: Int?

    @Option(
        help: ArgumentHelp(
            "The worker's name in the queue's status (or POSTRIDER_NAME; host and process).", valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp("How long a stop waits for what is in hand (or POSTRIDER_GRACE; 20s).", valueName: "time"))
    var grace: String?

    @Option(
        help: ArgumentHelp(
            "How long a site that asks for less mail is left alone at first; twice as long each time (or POSTRIDER_BACK_OFF; 10s).",
            valueName: "time"))
    var backOff: String?

    @Option(
        help: ArgumentHelp(
            "How long a site that refuses our mail is left alone before one message tries it (or POSTRIDER_PROBE_INTERVAL; 5m).",
            valueName: "time"))
    var probeInterval: String?

    @Option(
        help: ArgumentHelp(
            "The file with the token keys, a copy of tokens.key in the coordinator's data directory (or POSTRIDER_TOKEN_KEY_FILE).",
            valueName: "file"), completion: .file())
    var tokenKeyFile: String?

    /// For tests that kill workers: how soon their jobs go to others.
    @Option(help: .hidden)
    var lease: String?

    @OptionGroup var log: LogOptions
    @OptionGroup var configuration: ConfigurationOptions

    func validate() throws {
        if let connections, connections < 1 { throw ValidationError("--connections must be above 0") }
        // A file that cannot be read is reported when it is needed, and is no wrong usage.
        guard let settings = try? configuration.settings() else { return }
        try relay.validate(settings)
        try redis.validate(data: data, settings)
    }

    func run() async throws {
        let settings = try configuration.settings()
        let host = ProcessInfo.processInfo.hostName
        var smtp = SMTPClientOptions(heloName: relay.heloName ?? settings.string(.heloName) ?? host)
        if try relay.isDirect(settings) { smtp.maximumConnections = 200 }
        if let connections = try connections ?? settings.count(.connections) { smtp.maximumConnections = connections }
        var setup = WorkerConfiguration(
            redis: try redis.endpoint(data: data, settings), routes: try relay.routes(settings), smtp: smtp,
            name: try checkedName(
                name ?? settings.string(.name) ?? "\(host)-\(ProcessInfo.processInfo.processIdentifier)"))
        if let grace = try duration(grace, .grace, settings) { setup.grace = grace }
        if let pause = try duration(backOff, .backOff, settings) { setup.backOff = pause }
        if let pause = try duration(probeInterval, .probeInterval, settings) { setup.probeInterval = pause }
        if let lease = try duration(lease, .lease, settings) {
            setup.lease = lease
            setup.beat = lease / 5
        }
        setup.keys = try keys(settings)
        let logger = try log.logger("worker", settings)
        try await ServiceRunner.run([DeliveryWorker(configuration: setup, logger: logger)], logger: logger)
    }

    /// The keys that messages are signed and tokens are made with.
    private func keys(_ settings: Settings) throws -> WorkerKeys {
        let dkim = try settings.dkim.map { try $0.signer() }
        return WorkerKeys(
            dkim: DKIMKeyring(dkim), tokens: try TokenKeyFile.keys(tokenKeyFile, data: data, settings))
    }

    /// A time that a flag, the environment or the file gives.
    private func duration(_ flag: String?, _ key: SettingKey, _ settings: Settings) throws -> Duration? {
        do {
            return try (flag ?? settings.string(key)).map { try Duration(parsing: $0) }
        } catch {
            throw CommandError("\(key.rawValue) (\(key.variable)): \(error)")
        }
    }

    private func checkedName(_ name: String) throws -> String {
        guard !name.isEmpty, name.utf8.count <= 100, !name.contains("#"), !name.contains(where: \.isWhitespace) else {
            throw CommandError(
                "the name \"\(name)\" cannot be used; a worker's name has 1 to 100 characters, no spaces and no #")
        }
        return name
    }
}
