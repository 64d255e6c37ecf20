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
}
