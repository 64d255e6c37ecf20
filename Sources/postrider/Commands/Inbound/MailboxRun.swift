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
        let reader = MailboxReader(addresses: addresses, keys: keys, recipient: recipient, meter: meter) {
            try await redis.report($0)
        }
        if let path = options.maildir {
            let maildir = try Self.maildir(path)
            if options.watch {
                try await ServiceRunner.run(
                    [MaildirWatch(maildir: maildir, reader: reader, logger: logger)], logger: logger)
            } else {
                try await readOnce(maildir, reader)
            }
            StandardOutput.announce(meter.counts.sentence)
        } else if let path = options.file {
            try await readFile(path, reader)
            // The mail server whose pipe this is takes words for a failure.
            if path != "-" { StandardOutput.announce(meter.counts.sentence) }
        }
        await redis.close()
    }

    private func readOnce(_ maildir: Maildir, _ reader: MailboxReader) async throws {
        let problems: [Maildir.Problem]
        do {
            problems = try await reader.readNew(in: maildir)
        } catch let problem as Maildir.Problem {
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

    private static func maildir(_ path: String) throws -> Maildir {
        do throws(Maildir.Problem) {
            return try Maildir(path)
        } catch {
            throw CommandError(error.description)
        }
    }

    private static func later(_ error: any Error) -> ExitCode {
        StandardError.write("Error: \(error)")
        return tryLater
    }
}

/// Looks into a Maildir again and again.
private struct MaildirWatch: Service {
    let maildir: Maildir
    let reader: MailboxReader
    let logger: Logger
    private static let pause = Duration.seconds(1)
    private static let pauseAfterFailure = Duration.seconds(5)

    func run() async throws {
        logger.notice("watching", metadata: ["inbound.maildir": "\(maildir.path)"])
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                var pause = Self.pause
                do {
                    for problem in try await reader.readNew(in: maildir) {
                        logger.warning("a message was left", metadata: ["error": "\(problem)"])
                        pause = Self.pauseAfterFailure
                    }
                } catch {
                    logger.warning("reading stopped; trying again", metadata: ["error": "\(error)"])
                    pause = Self.pauseAfterFailure
                }
                try? await Task.sleep(for: pause)
            }
        }
    }
}
