public import Logging
public import NIOCore

/// The Redis of a deployment, however it is run: one server, a primary watched by sentinels, or a cluster.
public final class Redis: Sendable {
    public let endpoint: RedisEndpoint
    public let eventLoop: any EventLoop
    private let connection: RedisConnection

    public init(
        endpoint: RedisEndpoint, configuration: RedisConfiguration = RedisConfiguration(), eventLoop: any EventLoop,
        logger: Logger
    ) {
        self.endpoint = endpoint
        self.eventLoop = eventLoop
        connection = RedisConnection(
            endpoint: endpoint, configuration: configuration, eventLoop: eventLoop, logger: logger)
    }

    /// Connects for the first time and says clearly why it cannot.
    public func connect() async throws { try await connection.connect() }

    /// Closes for good, letting what is in flight end within its time limit.
    public func close() async { await connection.close() }

    /// Submits a command to the server that serves `key`.
    public func submit(
        _ arguments: [RedisArgument], key: RedisArgument, timeout: TimeAmount? = nil
    ) -> EventLoopFuture<RedisValue> {
        connection.submit(arguments, timeout: timeout)
    }

    /// Submits a script to the server that serves its first key.
    public func submit(
        _ script: RedisScript, keys: [RedisArgument], arguments: [RedisArgument] = [], loadsIfMissing: Bool = true,
        timeout: TimeAmount? = nil
    ) -> EventLoopFuture<RedisValue> {
        connection.submit(script, keys: keys, arguments: arguments, loadsIfMissing: loadsIfMissing, timeout: timeout)
    }

    /// Loads a script on the server that serves `key`.
    public func load(_ script: RedisScript, key: RedisArgument) -> EventLoopFuture<Void> {
        connection.submit(["SCRIPT", "LOAD", .init(script.source)]).map { _ in }
    }

    /// For monitoring: the addresses of the servers that are in use at this moment.
    public func servers() async throws -> [String] { [endpoint.shortName] }

    /// Sends a command to one of ``servers()``.
    public func send(_ arguments: [RedisArgument], toServer: String) async throws -> RedisValue {
        try await connection.submit(arguments).get()
    }
}
