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
        let redis: InboundRedis
        do {
            redis = try await InboundRedis.connect(self.redis, group: .singleton, logger: logger)
        } catch {
            throw Self.later(error)
        }
        let meter = InboundMeter()
        let reader = MailboxReader(addresses: addresses, keys: keys, recipient: recipient, meter: meter, logger: logger)
        {
            try await redis.report($0)
        }
        if let path = options.file {
            try await readFile(path, reader)
            // The mail server whose pipe this is takes words for a failure.
            if path != "-" { StandardOutput.announce(meter.counts.sentence) }
        } else {
            let source = try Source(options)
            if options.watch {
                try await ServiceRunner.run(
                    [MailboxWatch(source: source, reader: reader, logger: logger)], logger: logger)
            } else {
                try await readOnce(source, reader)
            }
            StandardOutput.announce(meter.counts.sentence)
        }
        await redis.close()
    }

    private func readOnce(_ source: Source, _ reader: MailboxReader) async throws {
        let problems: [MailboxProblem]
        do {
            problems = try await source.read(by: reader)
        } catch let problem as MailboxProblem {
            throw CommandError(problem.description)
        } catch {
            throw Self.later(error)
        }
        for problem in problems { StandardError.write("Error: \(problem)") }
        if !problems.isEmpty { throw ExitCode.failure }
    }

    private func readFile(_ path: String, _ reader: MailboxReader) async throws {
        let handle = path == "-" ? FileHandle.standardInput : try InputFile.open(path)
        do {
            try await reader.readFile { Array(try handle.read(upToCount: 1 << 20) ?? Data()) }
        } catch {
            throw Self.later(error)
        }
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

/// Looks into a mailbox again and again.
private struct MailboxWatch: Service {
    let source: MailboxRun.Source
    let reader: MailboxReader
    let logger: Logger
    private static let pauseAfterFailure = Duration.seconds(5)

    func run() async throws {
        logger.notice("watching a mailbox")
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                var pause = source.pause
                do {
                    for problem in try await source.read(by: reader) {
                        logger.warning("a message was left", metadata: ["error": "\(problem)"])
                        pause = max(pause, Self.pauseAfterFailure)
                    }
                } catch {
                    logger.warning("reading stopped; trying again", metadata: ["error": "\(error)"])
                    pause = max(pause, Self.pauseAfterFailure)
                }
                try? await Task.sleep(for: pause)
            }
        }
    }
}
