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
    public func publish(
        _ mailing: MailingID, content: MailingContent, terms: MailingTerms = MailingTerms(), paused: Bool
    ) async throws {
        let window = terms.openings.map { "\($0.opens.milliseconds)-\($0.closes.milliseconds)" }.joined(separator: " ")
        let quota = terms.quota
        let arguments: [RedisArgument] = [
            .init(Int(mailing.rawValue)), .init(content.bytes), .init(content.version), .init(terms.weight),
            .init(terms.inDoubt.rawValue), .init(window), .init(quota.map { "\($0.interval)" } ?? ""),
            .init(quota.map { "\($0.burst)" } ?? ""), paused ? "paused" : "running",
        ]
        for shard in shards { _ = try await shard.evaluate(QueueScripts.publish, arguments).get() }
    }

    /// Stops serving a mailing; what is in flight finishes.
    ///
    /// - Returns: Whether Redis knows the mailing.
    public func pause(_ mailing: MailingID) async throws -> Bool {
        try await control(mailing, "paused")
    }

    /// Serves a paused mailing again.
    ///
    /// - Returns: Whether Redis knows the mailing.
    public func resume(_ mailing: MailingID) async throws -> Bool {
        try await control(mailing, "running")
    }

    private func control(_ mailing: MailingID, _ state: RedisArgument) async throws -> Bool {
        var isKnown = true
        for shard in shards {
            let answer = try await shard.evaluate(QueueScripts.control, [.init(Int(mailing.rawValue)), state]).get()
            isKnown = isKnown && answer == .integer(1)
        }
        return isKnown
    }

    /// Drops everything that a mailing has waiting; what is in flight finishes, what is due is dropped at its time.
    public func cancel(_ mailing: MailingID) async throws {
        for shard in shards {
            while case .integer(let left) = try await shard.evaluate(
                QueueScripts.cancel, [.init(Int(mailing.rawValue)), .init(500)]
            ).get(), left > 0 {}
        }
    }

    /// Removes what is left of a mailing that is over and of which nothing waits, is due or in flight.
    public func forget(_ mailing: MailingID) async throws {
        for shard in shards {
            let keys = shard.keys.all(of: mailing).map { RedisArgument($0) }
            _ = try await shard.command(["UNLINK"] + keys).get()
        }
    }

    /// Tells the workers of addresses that were suppressed after they had been fed.
    public func suppress(_ addresses: [(comparisonKey: String, suppression: SuppressionNotice)]) async throws {
        for (shard, part) in byShard(addresses, key: \.comparisonKey) {
            for start in stride(from: 0, to: part.count, by: 1000) {
                var command: [RedisArgument] = ["HSET", .init(shard.keys.suppressed)]
                for entry in part[start..<min(start + 1000, part.count)] {
                    command.append(.init(entry.comparisonKey))
                    command.append(.init(entry.suppression.stored))
                }
                _ = try await shard.command(command).get()
            }
        }
    }

    /// Takes addresses off the list that workers look at.
    public func unsuppress(_ comparisonKeys: [String]) async throws {
        for (shard, part) in byShard(comparisonKeys, key: \.self) {
            for start in stride(from: 0, to: part.count, by: 1000) {
                let fields = part[start..<min(start + 1000, part.count)].map { RedisArgument($0) }
                _ = try await shard.command(["HDEL", .init(shard.keys.suppressed)] + fields).get()
            }
        }
    }

    /// Forgets what workers look at: for when no mailing is under way, and the book alone suffices.
    public func forgetSuppressions() async throws {
        for shard in shards { _ = try await shard.command(["UNLINK", .init(shard.keys.suppressed)]).get() }
    }

    /// Sorts what concerns addresses by the shard that their jobs are in: the one of the domain, which every site is.
    private func byShard<Element>(
        _ elements: [Element], key: (Element) -> String
    ) -> [(shard: QueueShard, elements: [Element])] {
        let groups = Dictionary(grouping: elements) { element in
            let key = key(element)
            return shardNumber(
                ofSite: String(key[(key.lastIndex(of: "@").map { key.index(after: $0) } ?? key.startIndex)...]))
        }
        return groups.sorted { $0.key < $1.key }.map { (shards[$0.key], $0.value) }
    }
}

/// On what terms a mailing is served, beside its content.
public struct MailingTerms: Sendable, Hashable {
    /// Its share among the mailings that are served at the same time.
    public var weight = 1
    public var inDoubt = InDoubtPolicy.resend
    /// When it is served: the next times at which it opens and closes, in order; always when there are none.
    public var openings: [Opening] = []
    /// The most messages an hour, evenly spread; any number when `nil`.
    public var quotaPerHour: Int?

    /// A time during which a mailing is served.
    public struct Opening: Sendable, Hashable {
        public var opens: UnixTime
        public var closes: UnixTime

        public init(opens: UnixTime, closes: UnixTime) {
            self.opens = opens
            self.closes = closes
        }
    }

    public init() {}

    /// The quota as a rate: a minute's worth at once, and the rest of the hour's evenly, so that no hour has more than allowed.
    ///
    /// The interval is in milliseconds per message.
    var quota: (interval: Double, burst: Int)? {
        quotaPerHour.map { quota in
            let burst = max(1, quota / 60)
            return (3_600_000 / Double(max(1, quota - burst)), burst)
        }
    }
}
