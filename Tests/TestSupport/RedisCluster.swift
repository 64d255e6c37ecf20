/// A cluster of three masters with one replica each, on TCP ports of this machine.
///
/// The others take a master for dead after two seconds. All of it ends with this value, as a ``RedisServer`` does.
public final class RedisCluster: Sendable {
    public let nodes: [RedisServer]
    private let certificates: TestCertificates?

    private init(nodes: [RedisServer], certificates: TestCertificates?) {
        self.nodes = nodes
        self.certificates = certificates
    }

    /// Starts all and waits until every slot is served and every replica is in step.
    ///
    /// - Parameters:
    ///   - configuration: further lines for the servers.
    ///   - certificates: makes the servers speak only TLS.
    public static func start(
        configuration: [String] = [], certificates: TestCertificates? = nil
    ) async throws -> RedisCluster {
        var nodes: [RedisServer] = []
        for _ in 0..<6 {
            nodes.append(
                try await RedisServer.start(
                    configuration: [
                        "cluster-enabled yes", "cluster-port \(RedisServer.freePort() ?? 0)",
                        "cluster-node-timeout 2000", "repl-diskless-sync-delay 0",
                    ] + configuration, withPort: true, certificates: certificates))
        }
        let cluster = RedisCluster(nodes: nodes, certificates: certificates)
        try await Tool.run(
            ["redis-cli"] + (certificates?.options ?? []) + ["--cluster", "create"]
                + nodes.map { "127.0.0.1:\($0.port ?? 0)" }
                + ["--cluster-replicas", "1", "--cluster-yes"])
        try await cluster.waitUntilReady()
        return cluster
    }

    /// `redis-cluster://…`, for anything that takes a Redis address.
    public var url: String {
        let hosts = nodes.prefix(2).map { "127.0.0.1:\($0.port ?? 0)" }.joined(separator: ",")
        return certificates.map { "rediss-cluster://\(hosts)?\($0.query)" } ?? "redis-cluster://\(hosts)"
    }

    /// The slot of a key.
    public func slot(of key: String) async throws -> Int {
        Int(try await running().command(["CLUSTER", "KEYSLOT", key])) ?? -1
    }

    /// Who serves a slot, in the eyes of the servers that run.
    public func master(of slot: Int) async throws -> RedisServer? {
        for line in try await lines() where line.isMaster && !line.hasFailed {
            if line.slots.contains(where: { $0.contains(slot) }) { return node(at: line.port) }
        }
        return nil
    }

    /// The masters that run.
    public func masters() async throws -> [RedisServer] {
        try await lines().filter { $0.isMaster && !$0.hasFailed }.compactMap { node(at: $0.port) }
    }

    /// Ends the master of a slot as a crash would and answers who it was; `restart()` brings it back as a replica.
    @discardableResult
    public func killMaster(of slot: Int) async throws -> RedisServer? {
        let master = try await master(of: slot)
        await master?.kill()
        return master
    }

    /// Ends the master of a slot and its replica, so that nobody takes over; answers them, to be restarted.
    public func killAll(of slot: Int) async throws -> [RedisServer] {
        guard let master = try await master(of: slot) else { return [] }
        let lines = try await lines()
        let id = lines.first { $0.port == master.port }?.id
        let servers = lines.filter { $0.master == id }.compactMap { node(at: $0.port) } + [master]
        for server in servers { await server.kill() }
        return servers
    }

    /// Moves a slot with its keys to another master, as redis-cli's reshard does: key by key, while it is used.
    ///
    /// - Parameters:
    ///   - batch: how many keys go at a time.
    ///   - pause: time between two of these, in which part of the keys is here and part is there.
    public func moveSlot(
        _ slot: Int, to target: RedisServer, batch: Int = 10, pause: Duration = .zero
    ) async throws {
        guard let source = try await master(of: slot), source !== target else { return }
        let (from, to) = (
            try await source.command(["CLUSTER", "MYID"]), try await target.command(["CLUSTER", "MYID"])
        )
        try await cluster(target, ["SETSLOT", "\(slot)", "IMPORTING", from])
        try await cluster(source, ["SETSLOT", "\(slot)", "MIGRATING", to])
        while true {
            try await Task.sleep(for: pause)
            let keys = try await source.command(["CLUSTER", "GETKEYSINSLOT", "\(slot)", "\(batch)"])
                .split(separator: "\n").map(String.init)
            guard !keys.isEmpty else { break }
            let reply = try await source.command(
                ["MIGRATE", "127.0.0.1", "\(target.port ?? 0)", "", "0", "5000", "KEYS"] + keys)
            guard reply == "OK" || reply == "NOKEY" else { throw Tool.Failure(description: "MIGRATE: \(reply)") }
        }
        // The new owner first, so that nobody points into the void.
        try await cluster(target, ["SETSLOT", "\(slot)", "NODE", to])
        try await cluster(source, ["SETSLOT", "\(slot)", "NODE", to])
    }

    public func stop() async {
        for node in nodes { await node.stop() }
    }

    private func cluster(_ server: RedisServer, _ words: [String]) async throws {
        let reply = try await server.command(["CLUSTER"] + words)
        guard reply == "OK" else { throw Tool.Failure(description: "CLUSTER \(words): \(reply)") }
    }

    /// One line of `CLUSTER NODES`.
    private struct Line {
        var id: Substring
        /// Whom it follows, if it is a replica.
        var master: Substring
        var port: Int
        var isMaster: Bool
        var hasFailed: Bool
        var slots: [ClosedRange<Int>]
    }

    private func lines() async throws -> [Line] { try await lines(of: running()) }

    private func lines(of node: RedisServer) async throws -> [Line] {
        try await node.command(["CLUSTER", "NODES"]).split(separator: "\n").compactMap { text in
            let words = text.split(separator: " ")
            guard words.count >= 8, let port = words[1].split(separator: "@").first?.split(separator: ":").last else {
                return nil
            }
            let flags = words[2].split(separator: ",")
            return Line(
                id: words[0], master: words[3], port: Int(port) ?? 0, isMaster: flags.contains("master"),
                hasFailed: flags.contains("fail") || words[7] != "connected",
                slots: words[8...].compactMap { range in
                    let ends = range.split(separator: "-").compactMap { Int($0) }
                    return ends.first.map { $0...(ends.last ?? $0) }
                })
        }
    }

    private func node(at port: Int) -> RedisServer? { nodes.first { $0.port == port } }

    private func running() throws -> RedisServer {
        guard let node = nodes.first(where: { $0.pid > 0 }) else { throw Tool.Failure(description: "no node runs") }
        return node
    }

    private func waitUntilReady() async throws {
        for node in nodes {
            try await poll("the cluster does not form") {
                guard try await node.command(["CLUSTER", "INFO"]).contains("cluster_state:ok"),
                    try await self.lines(of: node).count(where: \.isMaster) == 3
                else { return false }
                let replication = try await node.command(["INFO", "replication"])
                return replication.contains("state=online") || replication.contains("master_link_status:up")
            }
        }
    }
}
