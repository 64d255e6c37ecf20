public import Delivery
internal import NIOCore
internal import RedisClient

// A Redis process that has just started may have come back older than it was: from an append-only file that lost its end, or as
// a replica that lagged behind. What it then has waiting may have been sent long ago. So jobs are handed out only by a process
// that the coordinator has compared with the contact book. The sign that it has is the claim script itself: Redis keeps scripts
// in memory only, and nobody but the coordinator loads this one.
extension QueueShard {
    /// Which Redis process serves this shard; another one after every restart and fail-over.
    public func process() async throws -> String {
        guard let process = try await information(section: "server")["run_id"] else {
            throw JobQueueError.unexpected("INFO")
        }
        return process
    }

    /// Whether workers may claim from the Redis process that serves this shard.
    public func isOpen() async throws -> Bool {
        let answer = try await command(["SCRIPT", "EXISTS", .init(QueueScripts.claim.sha1)]).get()
        return answer == .array([.integer(1)])
    }

    /// Lets workers claim.
    public func open() async throws {
        try await load(QueueScripts.claim).get()
    }

    /// Tells the queue which jobs of a mailing are over according to the contact book.
    ///
    /// - Parameter bitmap: One bit per ordinal, the first in the most significant bit of the first byte.
    public func restore(_ mailing: MailingID, settled bitmap: [UInt8]) async throws {
        let piece = 64 << 10
        for offset in stride(from: 0, to: bitmap.count, by: piece) {
            let bytes = Array(bitmap[offset..<min(offset + piece, bitmap.count)])
            _ = try await evaluate(
                QueueScripts.restore, [.init(Int(mailing.rawValue)), .init(offset), .init(bytes)]
            ).get()
        }
    }

    /// Makes the outcome stream go on after a position that the book has read.
    ///
    /// - Returns: Whether it stood before it: a Redis that lost data.
    public func adopt(position: String) async throws -> Bool {
        try await evaluate(QueueScripts.adopt, [.init(position)]).get() == .integer(1)
    }

    /// What Redis says of itself in one section of `INFO`, such as `memory`.
    public func information(section: String) async throws -> [String: String] {
        let text = try await command(["INFO", .init(section)]).get().text ?? ""
        var values: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            values[String(line[..<colon])] = String(line[line.index(after: colon)...])
        }
        return values
    }
}
