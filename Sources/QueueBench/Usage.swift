internal import NIOCore
internal import RedisClient

/// What a Redis process has used since it was started.
struct Usage {
    /// User and system time of all its threads, in microseconds.
    var microseconds = 0.0
    /// Calls of scripts.
    var calls = 0
    /// Commands that scripts ran.
    var commands = 0

    static func - (later: Usage, earlier: Usage) -> Usage {
        Usage(
            microseconds: later.microseconds - earlier.microseconds, calls: later.calls - earlier.calls,
            commands: later.commands - earlier.commands)
    }
}

extension Redis {
    /// What this Redis has used so far.
    func usage() async throws -> Usage {
        var usage = Usage()
        for (name, value) in try await information(["cpu", "commandstats"]) {
            switch name {
            case "used_cpu_user", "used_cpu_sys":
                usage.microseconds += (Double(value) ?? 0) * 1_000_000
            case "cmdstat_evalsha":
                usage.calls += callCount(value)
            case _ where name.hasPrefix("cmdstat_") && !Self.callsOfOurs.contains(name):
                usage.commands += callCount(value)
            default:
                break
            }
        }
        return usage
    }

    /// What a body makes Redis use.
    func usage(of body: () async throws -> Void) async throws -> Usage {
        let before = try await usage()
        try await body()
        return try await usage() - before
    }

    /// The memory that Redis has in use, in bytes, when it no longer changes: buffers have shrunk, tables have been moved.
    func settledMemory() async throws -> Int {
        var readings: [Int] = []
        // Buffers are looked at once a second, those of connections that were busy a little later.
        while readings.count < 60 {
            try await Task.sleep(for: .milliseconds(500))
            let values = try await information(["memory", "persistence"])
            guard values["aof_rewrite_in_progress"] != "1" else { continue }
            readings.append(values["used_memory"].flatMap { Int($0) } ?? 0)
            let last = readings.suffix(5)
            if last.count == 5, let least = last.min(), let most = last.max(), most - least < 4096 { return most }
        }
        throw BenchError("the memory of Redis does not settle")
    }

    /// Commands that are called outside scripts while something is measured.
    private static let callsOfOurs: Set = ["cmdstat_info", "cmdstat_script|load"]

    /// The number in "calls=12,usec=…".
    private func callCount(_ value: String) -> Int {
        Int(value.drop { $0 != "=" }.dropFirst().prefix { $0 != "," }) ?? 0
    }

    private func information(_ sections: [String]) async throws -> [String: String] {
        let text = try await submit(["INFO"] + sections.map { RedisArgument($0) }, key: "").get().text ?? ""
        var values: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            values[String(line[..<colon])] = String(line[line.index(after: colon)...])
        }
        return values
    }
}

/// Why no figure can be given.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
