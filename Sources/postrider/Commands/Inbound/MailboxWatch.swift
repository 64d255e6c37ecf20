internal import Inbound
internal import Logging
internal import ServiceLifecycle

/// Looks into a mailbox again and again.
struct MailboxWatch: Service {
    let source: MailboxRun.Source
    let reader: MailboxReader
    let logger: Logger
    private static let pauseAfterFailure = Duration.seconds(5)

    func run() async throws {
        logger.notice("watching a mailbox")
        await cancelWhenGracefulShutdown {
            /// What was left the last time, and has been told.
            var told: Set<MailboxProblem> = []
            while !Task.isCancelled {
                var pause = source.pause
                do {
                    let left = try await source.read(by: reader)
                    for problem in left where !told.contains(problem) {
                        logger.warning("a message was left", metadata: ["error": "\(problem)"])
                    }
                    told = Set(left)
                    if !left.isEmpty { pause = max(pause, Self.pauseAfterFailure) }
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning("reading stopped; trying again", metadata: ["error": "\(error)"])
                    pause = max(pause, Self.pauseAfterFailure)
                }
                try? await Task.sleep(for: pause)
            }
        }
    }
}
