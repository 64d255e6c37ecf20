public import Delivery
internal import NIOCore
internal import RedisClient

// A Redis process that has just started may have come back older than it was: from an append-only file that lost its end, or as
// a replica that lagged behind. What it then has waiting may have been sent long ago. So jobs are handed out only by a process
// that the coordinator has compared with the contact book. The sign that it has is the claim script itself: Redis keeps scripts
// in memory only, and nobody but the coordinator loads this one.
extension QueueShard {
    /// Which Redis process serves this shard, and in which history of its data: another answer after every restart and fail-over,
    /// also when a server that was primary before becomes it again.
    public func process() async throws -> String {
        let values = RedisInformation.values(
            in: try await command(["INFO", "server", "replication"]).get().text ?? "")
        guard let process = values["run_id"], let history = values["master_replid"] else {
            throw JobQueueError.unexpected("INFO")
        }
        return "\(process)/\(history)"
    }

    /// Whether workers may claim from the Redis process that serves this shard.
    public func isOpen() async throws -> Bool {
        let answer = try await command(["SCRIPT", "EXISTS", .init(QueueScripts.claim.sha1)]).get()
        return answer == .array([.integer(1)])
    }

    /// Lets no worker claim any more, from any shard of the Redis process that serves this one.
    public func close() async throws {
        _ = try await command(["SCRIPT", "FLUSH"]).get()
    }

    /// Lets workers claim.
    public func open() async throws {
        try await load(QueueScripts.claim).get()
    }

    /// Whether this shard knows a mailing at all.
    public func knows(_ mailing: MailingID) async throws -> Bool {
        try await command(["EXISTS", .init(keys.mailing(mailing))]).get() == .integer(1)
    }

    /// Puts jobs on the lists of held ones that the contact book has there, if they are not there.
    public func restore(_ mailing: MailingID, held: [(entry: ClaimedJob, kind: HoldKind)]) async throws {
        for (entry, kind) in held {
            _ = try await command(
                [
                    "HSETNX", .init(keys.held(kind, mailing)), .init(Int(entry.job.id.ordinal)),
                    .init([UInt8]("\(entry.site)\n".utf8) + entry.job.payload),
                ]
            ).get()
        }
    }

    /// Ends the leases of all workers: what they have in flight returns to the lanes, and they register anew.
    ///
    /// For a Redis that lost data: whose flight a job is in there may be long past.
    public func endLeases() async throws {
        _ = try await command(["UNLINK", .init(keys.prefix + "leases")]).get()
    }

    /// Which jobs of a mailing the queue does not send, because they are over, held, or aside until they are taken up again.
    ///
    /// - Returns: A bitmap as in ``restore(_:settled:)``.
    public func settledBitmap(_ mailing: MailingID) async throws -> [UInt8] {
        let answer = try await command(["GET", .init(keys.done(mailing))]).get()
        if answer == .null { return [] }
        guard let bitmap = answer.bytes else { throw JobQueueError.unexpected("GET") }
        return bitmap
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
    /// - Returns: Whether it lacks what was read: a Redis that lost data, also where others have written to it since.
    public func adopt(position: String) async throws -> Bool {
        try await evaluate(QueueScripts.adopt, [.init(position)]).get() == .integer(1)
    }
}
