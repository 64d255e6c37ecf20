internal import Delivery
internal import NIOCore
internal import RedisClient

/// What one Redis process says of its memory, in bytes.
public struct RedisMemory: Sendable, Hashable {
    public var used: Int
    public var peak: Int
    /// `nil` when there is no limit.
    public var limit: Int?
    /// What it does when it is full.
    public var policy: String
}

extension RedisMemory {
    fileprivate init(_ values: [String: String]) {
        self.init(
            used: values["used_memory"].flatMap { Int($0) } ?? 0,
            peak: values["used_memory_peak"].flatMap { Int($0) } ?? 0,
            limit: values["maxmemory"].flatMap { Int($0) }.flatMap { $0 == 0 ? nil : $0 },
            policy: values["maxmemory_policy"] ?? "noeviction")
    }
}

/// The answer to `INFO`: lines of the form name:value.
enum RedisInformation {
    static func values(in text: String) -> [String: String] {
        var values: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            values[String(line[..<colon])] = String(line[line.index(after: colon)...])
        }
        return values
    }
}

extension JobQueue {
    /// The memory of every Redis process that holds a part of this queue.
    public func memory() async throws -> [RedisMemory] {
        var memories: [RedisMemory] = []
        for server in try await redis.servers() {
            let text = try await redis.send(["INFO", "memory"], toServer: server).text ?? ""
            memories.append(RedisMemory(RedisInformation.values(in: text)))
        }
        return memories
    }

    /// Whether Redis answers within a time.
    public func answers(within limit: Duration) async -> Bool {
        let timeout = TimeAmount.milliseconds(limit.wholeMilliseconds)
        return (try? await redis.submit(["PING"], key: .init(shards[0].keys.prefix), timeout: timeout).get()) != nil
    }
}
