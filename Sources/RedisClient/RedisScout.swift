internal import Logging
internal import NIOCore

/// Finds out which servers there are, by asking sentinels or servers of the cluster in turn until one knows.
struct RedisScout: Sendable {
    /// What was found, and by whom.
    struct Finding: Sendable {
        var topology: RedisTopology
        var host: RedisEndpoint.Host
        var connection: RedisConnection
    }

    let endpoint: RedisEndpoint
    let configuration: RedisConfiguration
    let eventLoop: any EventLoop
    let logger: Logger

    /// Who does not answer within this time is passed over.
    private static let patience = TimeAmount.seconds(1)

    init(endpoint: RedisEndpoint, configuration: RedisConfiguration, eventLoop: any EventLoop, logger: Logger) {
        self.endpoint = endpoint
        self.configuration = configuration
        self.eventLoop = eventLoop
        var logger = logger
        // Each look would say that it has connected.
        logger.logLevel = max(logger.logLevel, .warning)
        self.logger = logger
    }

    /// Asks around.
    ///
    /// - Parameter last: what was found before; a sentinel that answered is asked first, on the same connection.
    func look(after last: Finding?) async throws(RedisError) -> Finding {
        switch endpoint.address {
        case .sentinels(let hosts, let primary):
            if let last, let topology = try? await Self.primary(primary, last.host, last.connection) {
                return Finding(topology: topology, host: last.host, connection: last.connection)
            }
            return try await look(at: hosts.filter { $0 != last?.host } + hosts.filter { $0 == last?.host }) { host in
                endpoint.sentinel(host)
            } asking: { host, connection in
                try await Self.primary(primary, host, connection)
            }
        case .cluster(let seeds):
            // Any server will do, but not always the same: it may be the one whose picture is out of date.
            let known = last?.topology.hosts ?? []
            return try await look(at: known.shuffled() + seeds.filter { !known.contains($0) }.shuffled()) { host in
                endpoint.server(host)
            } asking: { host, connection in
                .cluster(try RedisSlotMap(reply: try await connection.send("CLUSTER", ["SLOTS"]), of: host))
            }
        case .tcp, .unixSocket:
            preconditionFailure("A single server has nobody to ask.")
        }
    }

    private func look(
        at hosts: [RedisEndpoint.Host], endpoint: (RedisEndpoint.Host) -> RedisEndpoint,
        asking: (RedisEndpoint.Host, RedisConnection) async throws -> RedisTopology
    ) async throws(RedisError) -> Finding {
        var failures: [RedisError] = []
        for host in hosts {
            var configuration = configuration
            configuration.connectTimeout = min(configuration.connectTimeout, Self.patience)
            configuration.commandTimeout = min(configuration.commandTimeout, Self.patience)
            configuration.requiresPrimary = false
            let connection = RedisConnection(
                endpoint: endpoint(host), configuration: configuration, eventLoop: eventLoop, logger: logger)
            do {
                try await connection.connect()
                return Finding(topology: try await asking(host, connection), host: host, connection: connection)
            } catch {
                // The connection closes by itself when it goes: waiting for who does not answer would hold up the others.
                failures.append(error as? RedisError ?? RedisError(.unreachable, "\(error)", underlyingError: error))
            }
        }
        throw summary(failures)
    }

    /// A name that nobody knows, or a password that is refused, says more than servers that are down.
    private func summary(_ failures: [RedisError]) -> RedisError {
        let telling = failures.first {
            $0.code == .noPrimary || $0.code == .authenticationFailed || $0.code == .tlsFailed
        }
        guard let cause = telling ?? failures.first else {
            return RedisError(.unreachable, "Nobody to ask at \(endpoint).")
        }
        guard failures.count > 1 else { return cause }
        return RedisError(
            cause.code, "None of the \(failures.count) servers asked at \(endpoint) helps. \(cause.message)",
            underlyingError: cause)
    }

    private static func primary(
        _ name: String, _ host: RedisEndpoint.Host, _ connection: RedisConnection
    ) async throws -> RedisTopology {
        let reply = try await connection.send("SENTINEL", ["GET-MASTER-ADDR-BY-NAME", RedisArgument(name)])
        guard let parts = reply.elements, parts.count == 2, let address = parts[0].text, let port = parts[1].number
        else {
            throw RedisError(
                .noPrimary,
                "The sentinel at \(host) watches no primary called \"\(name)\". Use the name of \"sentinel monitor\" in its "
                    + "configuration.")
        }
        return .primary(.init(address, port: Int(port)))
    }
}
