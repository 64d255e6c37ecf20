internal import ArgumentParser
internal import Foundation
internal import Inbound
internal import Logging
internal import MailMessage
internal import NIOPosix
internal import RedisClient
internal import ServiceLifecycle

/// Reads the mailbox that `postrider inbound` was told to read.
struct MailboxRun {
    let redis: RedisEndpoint
    let addresses: InboundAddresses
    let keys: TokenKeys
    /// The address that the messages came to, where it is known.
    let recipient: InboundAddress?
    let logger: Logger

    /// `EX_TEMPFAIL` of sysexits.h: whoever has the message keeps it, and tries again.
    private static let tryLater = ExitCode(75)

    func run(_ options: MailboxOptions) async throws {
        // What is wrong with a mailbox shows before anything is begun.
        let input = try options.file.map { try MailboxFile($0) }
        let source = try input == nil ? Source(options) : nil
        let redis: InboundRedis
        do {
            redis = try await InboundRedis.connect(
                self.redis, waits: options.watch, group: .singleton, logger: logger)
        } catch {
            throw Self.later(error)
        }
        let meter = InboundMeter()
        let progress = ProgressLine()
        let reader = MailboxReader(
            addresses: addresses, keys: keys, recipient: recipient, meter: meter, logger: logger
        ) { done, total in
            if !options.watch { progress.show("reading", done, of: total, unit: .messages) }
        } report: { events in
            try await redis.report(events)
        }
        var left: [MailboxProblem] = []
        do {
            if let input {
                try await input.read(by: reader, progress)
            } else if let source, options.watch {
                try await ServiceRunner.run(
                    [MailboxWatch(source: source, reader: reader, logger: logger)], logger: logger)
            } else if let source {
                left = try await source.read(by: reader)
            }
        } catch {
            progress.end()
            if meter.counts.messages > 0 {
                StandardError.write("Before it stopped, it had read \(meter.counts.sentence); these are safe.")
            }
            if let problem = error as? MailboxProblem { throw CommandError(problem.description) }
            throw Self.later(error)
        }
        progress.end()
        for problem in left { StandardError.write("Error: \(problem)") }
        // The mail server whose pipe this is takes words for a failure.
        if options.format == .json {
            StandardOutput.announce(try JSONLine.encode(meter.counts.line(left: left.count)))
        } else if options.file != "-" {
            StandardOutput.announce(meter.counts.sentence)
        }
        await redis.close()
        if !left.isEmpty { throw ExitCode.failure }
    }

    private static func later(_ error: any Error) -> ExitCode {
        StandardError.write("Error: \(error)")
        return tryLater
    }
}

extension MailboxRun {
    /// A mailbox that may be looked into again and again.
    enum Source: Sendable {
        case maildir(Maildir)
        case server(MailboxServer, deletes: Bool)

        init(_ options: MailboxOptions) throws {
            if let server = try options.server() {
                self = .server(server, deletes: options.delete)
                return
            }
            do throws(MailboxProblem) {
                self = .maildir(try Maildir(options.maildir ?? "."))
            } catch {
                throw CommandError(error.description)
            }
        }

        /// Reads what is new; answers what had to be left.
        func read(by reader: MailboxReader) async throws -> [MailboxProblem] {
            switch self {
            case .maildir(let maildir): return try await reader.readNew(in: maildir)
            case .server(let server, let deletes): return try await reader.readNew(at: server, deletes: deletes)
            }
        }

        /// How long to wait before looking again.
        var pause: Duration {
            switch self {
            case .maildir: .seconds(1)
            case .server: .seconds(60)
            }
        }
    }
}
