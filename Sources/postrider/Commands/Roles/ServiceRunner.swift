internal import Foundation
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// Runs a role until SIGTERM or SIGINT, lets it stop in good order, and stops at once at a second SIGINT.
enum ServiceRunner {
    /// Runs services that stop in the reverse order; returns when all have.
    static func run(_ services: [any Service], logger: Logger) async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet(logger)))
        let interrupts = await UnixSignalsSequence(trapping: .sigint)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask {
                var count = 0
                for await _ in interrupts {
                    count += 1
                    guard count > 1 else { continue }
                    StandardError.write("stopped at once")
                    exit(130)
                }
                try await Task.sleep(for: .seconds(31_536_000))
            }
            defer { tasks.cancelAll() }
            try await tasks.next()
        }
    }

    /// The group's own remarks are for its developers, unless somebody asks for all there is.
    private static func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        if logger.logLevel > .debug { logger.logLevel = .critical }
        return logger
    }
}
