public import Delivery
internal import NIOCore
internal import RedisClient

extension JobQueue {
    /// Takes the lead of this Redis for one coordinator, or renews it.
    ///
    /// - Parameters:
    ///   - book: Which contact book the coordinator owns; a restart with the same book takes over at once.
    ///   - description: Shown to another coordinator that is refused.
    /// - Returns: `nil` when this coordinator leads, else how the one that does describes itself.
    public func lead(book: String, description: String, lease: Duration) async throws -> String? {
        let answer = try await shards[0].evaluate(
            QueueScripts.lead, [.init(book), .init(description), .init(lease.wholeMilliseconds)]
        ).get()
        guard let holder = answer.text else { throw JobQueueError.unexpected("lead") }
        if holder.isEmpty { try await layDownShards() }
        return holder.isEmpty ? nil : holder
    }

    /// Gives up the lead, if this book's coordinator has it, so that another process may start at once.
    public func resign(book: String) async throws {
        _ = try await shards[0].evaluate(QueueScripts.lead, [.init(book), "", .init(0)]).get()
    }

    /// Makes a mailing known to the workers, or renews its content and terms; what was paused or cancelled stays so.
    ///
    /// - Parameters:
    ///   - content: Stored once, in the shard where workers look for it; `nil` leaves the one that is there.
    ///   - pending: Its jobs that each shard has, by which its quota is shared out; evenly when `nil`.
    public func publish(
        _ mailing: MailingID, content: MailingContent?, terms: MailingTerms = MailingTerms(), pending: [Int]? = nil,
        paused: Bool
    ) async throws {
        let window = terms.openings.map { "\($0.opens.milliseconds)-\($0.closes.milliseconds)" }.joined(separator: " ")
        let quotas = terms.quotas(over: pending ?? Array(repeating: 1, count: shards.count))
        for (shard, quota) in zip(shards, quotas) {
            let arguments: [RedisArgument] = [
                .init(Int(mailing.rawValue)), .init(shard.number == 0 ? content?.bytes ?? [] : []),
                .init(content?.version ?? ""), .init(terms.weight),
                .init(terms.inDoubt.rawValue), .init(window), .init(quota.map { "\($0.interval)" } ?? ""),
                .init(quota.map { "\($0.burst)" } ?? ""), paused ? "paused" : "running",
            ]
            _ = try await shard.evaluate(QueueScripts.publish, arguments).get()
        }
    }

    /// Stops serving a mailing; what is in flight finishes.
    ///
    /// - Returns: Whether Redis knows the mailing.
    public func pause(_ mailing: MailingID) async throws -> Bool {
        var isKnown = true
        for shard in shards { isKnown = try await shard.pause(mailing) && isKnown }
        return isKnown
    }

    /// Serves a paused mailing again.
    ///
    /// - Returns: Whether Redis knows the mailing.
    public func resume(_ mailing: MailingID) async throws -> Bool {
        var isKnown = true
        for shard in shards { isKnown = try await shard.resume(mailing) && isKnown }
        return isKnown
    }

    /// Drops everything that a mailing has waiting; what is in flight finishes, what is due is dropped at its time.
    public func cancel(_ mailing: MailingID) async throws {
        for shard in shards { try await shard.cancel(mailing) }
    }

    /// Removes what is left of a mailing that is over and of which nothing waits, is due or in flight.
    public func forget(_ mailing: MailingID) async throws {
        for shard in shards {
            let keys = shard.keys.all(of: mailing).map { RedisArgument($0) }
            _ = try await shard.command(["UNLINK"] + keys).get()
        }
    }

    /// Takes addresses off the list that workers look at.
    public func unsuppress(_ comparisonKeys: [String]) async throws {
        for part in comparisonKeys.parts(of: 1000) {
            let fields = part.map { RedisArgument($0) }
            let told = shards.map { $0.command(["HDEL", .init($0.keys.suppressed)] + fields) }
            _ = try await EventLoopFuture.whenAllSucceed(told, on: redis.eventLoop).get()
        }
    }

    /// Forgets what workers look at: for when no mailing is under way, and the book alone suffices.
    public func forgetSuppressions() async throws {
        for shard in shards { _ = try await shard.command(["UNLINK", .init(shard.keys.suppressed)]).get() }
    }
}
