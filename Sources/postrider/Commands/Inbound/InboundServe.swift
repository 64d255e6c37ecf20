internal import ArgumentParser
internal import Delivery
internal import Foundation
internal import Inbound
internal import Logging
internal import MailMessage
internal import RedisClient
internal import SMTP
internal import ServiceLifecycle

/// `postrider inbound`: takes bounce messages and complaints, by SMTP or out of mailboxes, and hands what they mean to Redis.
struct InboundServe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Take bounce messages and complaints, and have them booked.",
        discussion: """
            With --listen it is an SMTP server (or LMTP) for the bounce domain. It takes mail only for addresses that the workers made, and says 250 \
            only when what the message means is safe in Redis; the coordinator books it. Any number may run. A message that \
            comes twice is booked once.

            With --maildir, --file, --imap or --pop3 it reads what another mail server has delivered: the new messages of a Maildir or of a mailbox on a \
            server, a mailbox file, or one message from standard input, as a pipe of that server's. What is read again is booked once: \
            when it was stopped in the middle, run it again. Exit status 0: all is safe; 1: something was left where it is, as told; \
            67: the recipient is none of ours; 75: try again later.

            Redis is found as a worker finds it. The coordinator's token key is needed: --data finds it, elsewhere --token-key-file names a copy.

            Example:
              postrider inbound --data ./data --listen 0.0.0.0:25 --domain bounce.example.org
              postrider inbound --redis redis://redis.internal --token-key-file tokens.key \\
                  --listen 127.0.0.1:2424 --lmtp --domain bounce.example.org
              postrider inbound --data ./data --maildir /var/mail/bounces --watch
              postrider inbound --data ./data --imap imaps://bounces@mail.example.org/INBOX \\
                  --password-file /run/secrets/bounces --watch
              postrider inbound --data ./data --file - --recipient "$RECIPIENT" < message
            """)

    @OptionGroup var redis: RedisOptions

    @Option(
        help: ArgumentHelp(
            "The data directory of a coordinator on this machine, for its Redis and its token key (or POSTRIDER_DATA).",
            valueName: "dir"))
    var data: String?

    @Option(
        help: ArgumentHelp(
            "The file with the token keys, a copy of tokens.key in the coordinator's data directory (or POSTRIDER_TOKEN_KEY_FILE).",
            valueName: "file"), completion: .file())
    var tokenKeyFile: String?

    @Option(
        help: ArgumentHelp(
            "The bounce domain; may be repeated (or POSTRIDER_DOMAIN, with commas). Every domain when none is named.",
            valueName: "domain"))
    var domain: [String] = []

    @Option(
        help: ArgumentHelp(
            "A whole address that takes reports without a token, such as one for a provider's complaints; may be repeated (or POSTRIDER_COMPLAINTS_ADDRESS, with commas).",
            valueName: "address"))
    var complaintsAddress: [String] = []

    @OptionGroup(title: "As a server") var receiver: ReceiverOptions
    @OptionGroup(title: "Reading mailboxes") var mailbox: MailboxOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var configuration: ConfigurationOptions

    func validate() throws {
        guard !mailbox.isNamed || receiver.listen.isEmpty else {
            throw ValidationError("--listen does not go with a mailbox; run two of them")
        }
        // A file that cannot be read is reported when it is needed, and is no wrong usage.
        guard let settings = try? configuration.settings() else { return }
        try redis.validate(data: data, settings)
        if !mailbox.isNamed { try receiver.validate(settings) }
    }

    func run() async throws {
        let settings = try configuration.settings()
        guard let keys = try TokenKeyFile.keys(tokenKeyFile, data: data, settings) else {
            throw missingKey(settings)
        }
        let domains = settings.list(domain, .domain)
        for domain in domains where (try? EmailAddress(parsing: "postmaster@\(domain)")) == nil {
            throw CommandError("--domain: “\(domain)” is not a domain; write it as bounce.example.org")
        }
        let reports = settings.list(complaintsAddress, .complaintsAddress)
        if mailbox.isNamed {
            let addresses = InboundAddresses(keys: keys, domains: domains, reports: reports)
            let recipient = try mailbox.recipient(addresses)
            let logger = try log.logger("inbound", settings)
            let run = MailboxRun(
                redis: try redis.endpoint(data: data, settings), addresses: addresses, keys: keys, recipient: recipient,
                logger: logger)
            return try await run.run(mailbox)
        }
        var setup = InboundConfiguration(
            redis: try redis.endpoint(data: data, settings), listeners: try receiver.listeners(settings),
            keys: keys, domains: domains, server: try receiver.server(settings))
        setup.reportAddresses = reports
        setup.grace = try receiver.grace(settings) ?? setup.grace
        if let limit = receiver.messagesPerConnection { setup.messagesPerConnection = limit }
        let logger = try log.logger("inbound", settings)
        let service: InboundService
        do {
            service = try await InboundService.start(configuration: setup, logger: logger)
        } catch let error as InboundListenError {
            throw ReceiverOptions.problem(error)
        }
        let receiver = AnnouncedReceiver(service: service, scheme: setup.server.isLMTP ? "lmtp" : "smtp")
        try await ServiceRunner.run([receiver], logger: logger)
        StandardOutput.announce(service.counts.sentence)
    }
}

extension InboundServe {
    /// Why there is no token key, and where one is.
    private func missingKey(_ settings: Settings) -> CommandError {
        guard let data = data ?? settings.string(.data) else {
            return CommandError(
                "the token key is needed: name the coordinator's data directory with --data, or a copy of its tokens.key with --token-key-file"
            )
        }
        return CommandError(
            "there is no token key in \(data), so no coordinator has used this directory: start one (postrider coordinator --data \(data)), or correct --data"
        )
    }
}

/// The receiving service, which says that it is ready when it is and can be told to stop.
private struct AnnouncedReceiver: Service {
    let service: InboundService
    let scheme: String

    func run() async throws {
        for address in service.localAddresses {
            StandardOutput.announce("postrider inbound is ready at \(scheme)://\(ReceiverOptions.text(address))")
        }
        try await service.run()
    }
}
