/// A primary with two replicas and three sentinels that watch it, on TCP ports of this machine.
///
/// The sentinels take a primary for dead after a second. All of it ends with this value, as a ``RedisServer`` does.
public final class SentinelSetup: Sendable {
    /// The name under which the sentinels watch the primary.
    public static let name = "main"

    /// The servers; the first began as primary.
    public let servers: [RedisServer]
    public let sentinels: [RedisServer]

    private init(servers: [RedisServer], sentinels: [RedisServer]) {
        self.servers = servers
        self.sentinels = sentinels
    }

    /// Starts all and waits until the sentinels know each other and the replicas are in step.
    ///
    /// - Parameters:
    ///   - configuration: further lines for the servers.
    ///   - sentinelConfiguration: further lines for the sentinels, after the one that names the primary.
    public static func start(
        configuration: [String] = [], sentinelConfiguration: [String] = []
    ) async throws -> SentinelSetup {
        let primary = try await RedisServer.start(configuration: configuration, withPort: true)
        var servers = [primary]
        for _ in 0..<2 {
            servers.append(
                try await RedisServer.start(
                    configuration: configuration + [
                        "replicaof 127.0.0.1 \(primary.port ?? 0)", "repl-diskless-sync-delay 0",
                    ], withPort: true))
        }
        var sentinels: [RedisServer] = []
        for _ in 0..<3 {
            sentinels.append(
                try await RedisServer.start(
                    configuration: [
                        "sentinel monitor \(name) 127.0.0.1 \(primary.port ?? 0) 2",
                        "sentinel down-after-milliseconds \(name) 1000", "sentinel failover-timeout \(name) 5000",
                    ] + sentinelConfiguration, withPort: true, asSentinel: true))
        }
        let setup = SentinelSetup(servers: servers, sentinels: sentinels)
        try await setup.waitUntilReady()
        return setup
    }

    /// `redis-sentinel://…`, for anything that takes a Redis address.
    public var url: String {
        let hosts = sentinels.map { "127.0.0.1:\($0.port ?? 0)" }.joined(separator: ",")
        return "redis-sentinel://\(hosts)/\(Self.name)"
    }

    /// Who is the primary, in the eyes of the sentinels that run.
    public func primary() async throws -> RedisServer? {
        guard let sentinel = sentinels.first(where: { $0.pid > 0 }) else { return nil }
        let reply = try await sentinel.command(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", Self.name])
        return servers.first { server in reply.split(separator: "\n").last == "\(server.port ?? 0)" }
    }

    /// Ends the primary as a crash would and answers who it was; `restart()` brings it back as a replica.
    @discardableResult
    public func killPrimary() async throws -> RedisServer? {
        let primary = try await primary()
        await primary?.kill()
        return primary
    }

    public func stop() async {
        for server in sentinels + servers { await server.stop() }
    }

    private func waitUntilReady() async throws {
        try await poll("the replicas do not follow") {
            try await self.servers[0].command(["INFO", "replication"]).split(separator: "state=online").count == 3
        }
        for sentinel in sentinels {
            try await poll("the sentinels do not find each other") {
                let lines = try await sentinel.command(["SENTINEL", "MASTER", Self.name]).split(separator: "\n")
                func value(_ field: String) -> Substring? {
                    lines.firstIndex { $0 == field }.map { lines[$0 + 1] }
                }
                return value("num-slaves") == "2" && value("num-other-sentinels") == "2"
            }
        }
    }
}
