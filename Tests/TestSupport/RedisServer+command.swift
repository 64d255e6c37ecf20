extension RedisServer {
    /// Runs one command through redis-cli and answers what it prints: one line per element, errors too.
    @discardableResult
    public func command(_ words: [String]) async throws -> String {
        // Always through the socket, which needs no TLS; a password is in the environment of nobody.
        let text = try await Tool.run(["redis-cli", "-s", unixSocketPath] + words)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    /// One field of `INFO`.
    public func info(_ field: String) async throws -> String? {
        try await command(["INFO"]).split(whereSeparator: \.isNewline)
            .first { $0.hasPrefix("\(field):") }
            .map { String($0.dropFirst(field.count + 1)) }
    }

    /// Waits until every replica has confirmed what the server had written when this was called.
    ///
    /// A server answers a write before its replicas have it: who stops it right then takes the write with it.
    public func waitForReplicas() async throws {
        let written = try await info("master_repl_offset").flatMap { Int($0) } ?? 0
        try await poll("the replicas do not catch up", limit: .seconds(20)) {
            let replication = try await self.command(["INFO", "replication"])
            let confirmed = replication.matches(of: /slave\d+:.*offset=(\d+)/).compactMap { Int($0.1) }
            return !confirmed.isEmpty && confirmed.allSatisfy { $0 >= written }
        }
    }
}
