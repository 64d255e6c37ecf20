public import Logging
import NIOCore
import NIOPosix
import SMTP
import Synchronization

/// The mailbox simulator: an SMTP server whose recipients behave as their addresses say.
///
/// It runs on one thread of its own, which is the fastest for it and keeps its decisions in one order.
public final class Simulator: Sendable {
    /// What runs between ``start()`` and ``stop()``.
    private struct Running {
        var server: SMTPServer
        var group: MultiThreadedEventLoopGroup
        var flushing: RepeatedTask?
    }

    private enum State {
        case new
        case starting
        case running(Running)
        case stopped
    }

    private let configuration: SimulatorConfiguration
    private let logger: Logger
    private let book = SimulatorBook()
    private let log: SimulatorLog?
    private let state = Mutex(State.new)

    /// Makes a simulator and opens its log; throws ``SimulatorLogError`` when that cannot be written.
    public init(configuration: SimulatorConfiguration, logger: Logger) throws(SimulatorLogError) {
        self.configuration = configuration
        self.logger = logger
        if let path = configuration.logPath, !configuration.discards {
            log = try SimulatorLog(path: path)
        } else {
            log = nil
        }
    }

    /// What has happened so far.
    public var counts: SimulatorCounts { book.counts }

    /// Listens and answers the port.
    ///
    /// May be called once; throws what the system says when it cannot listen.
    public func start() async throws -> Int {
        let isFirst = state.withLock { state in
            guard case .new = state else { return false }
            state = .starting
            return true
        }
        guard isFirst else { throw SimulatorStateError() }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let server = try await listen(group)
            let flushing = log.map { log in
                group.next().scheduleRepeatedTask(initialDelay: .milliseconds(100), delay: .milliseconds(100)) {
                    [self] _ in
                    do throws(SimulatorLogError) { try log.flush() } catch { logFailed(error) }
                }
            }
            state.withLock { $0 = .running(Running(server: server, group: group, flushing: flushing)) }
            return server.localAddress?.port ?? configuration.port
        } catch {
            state.withLock { $0 = .stopped }
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private func listen(_ group: MultiThreadedEventLoopGroup) async throws -> SMTPServer {
        var settings = SMTPServerConfiguration(hostName: "simulator.example")
        settings.greeting = "ESMTP Postrider mailbox simulator"
        settings.tls = configuration.tls
        settings.withheld = configuration.withheld
        if let login = configuration.login {
            settings.login = { user, password in user == login.user && password == login.password }
        }
        let world = SimulatorSession.World(configuration: configuration, book: book, log: log) { [self] in logFailed($0)
        }
        let discards = configuration.discards
        return try await SMTPServer.listen(
            host: configuration.host, port: configuration.port, configuration: settings, group: group, logger: logger
        ) { eventLoop, client in
            if discards { return DiscardingSession(book: world.book) }
            return SimulatorSession(world: world, eventLoop: eventLoop, client: client?.ipAddress ?? "unknown")
        }
    }

    /// Closes every connection, and the log with all of its lines written.
    public func stop() async throws {
        let running = state.withLock { state -> Running? in
            defer { state = .stopped }
            guard case .running(let running) = state else { return nil }
            return running
        }
        if let running {
            running.flushing?.cancel()
            try await running.server.close()
            try await running.group.shutdownGracefully()
        }
        try log?.close()
    }

    private func logFailed(_ error: SimulatorLogError) {
        logger.error("the simulator's log cannot be written", metadata: ["error": "\(error)"])
    }
}

/// A simulator was started twice, or after it was stopped.
public struct SimulatorStateError: Error, CustomStringConvertible {
    public var description: String { "the simulator was started before" }
}
