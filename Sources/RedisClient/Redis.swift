public import Logging
public import NIOCore

/// The Redis of a deployment, however it is run.
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

    /// Closes for good.
    public func close() async { await connection.close() }

    /// Submits a command to the server that serves `key`.
    public func submit(
        _ arguments: [RedisArgument], key: RedisArgument, timeout: TimeAmount? = nil
    ) -> EventLoopFuture<RedisValue> {
        connection.submit(arguments, timeout: timeout)
    }

    /// Submits a script to the server that serves its first key; loads it when it is missing, unless told not to.
    public func submit(
        _ script: RedisScript, keys: [RedisArgument], arguments: [RedisArgument] = [], loadsIfMissing: Bool = true,
        timeout: TimeAmount? = nil
    ) -> EventLoopFuture<RedisValue> {
        guard loadsIfMissing else {
            return connection.submit(
                ["EVALSHA", RedisArgument(script.sha1), RedisArgument(keys.count)] + keys + arguments, timeout: timeout)
        }
        return connection.submit(script, keys: keys, arguments: arguments, timeout: timeout)
    }

    /// Loads a script on the server that serves `key`.
    public func load(_ script: RedisScript, key: RedisArgument) -> EventLoopFuture<Void> {
        connection.submit(["SCRIPT", "LOAD", RedisArgument(script.source)]).map { _ in }
    }
}

extension RedisEndpoint {
    public var isCluster: Bool { false }
}
