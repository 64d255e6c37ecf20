internal import Contacts
internal import Delivery
internal import JobQueue
internal import Logging
internal import MailMessage
internal import Synchronization

/// Makes sure that workers claim only from a Redis process that knows what the contact book knows.
///
/// After a restart, a fail-over or the loss of its data, Redis may have jobs waiting that were sent long ago. Each new process
/// is told, for all of the shards that it has, of all jobs that are over or held, of suppressed addresses, of the limits of sites,
/// and where its outcome streams have been read; what it has as over and the book does not is taken up again. Only then is it
/// opened for claims.
final class Verifier: Loop {
    static let purpose = "check Redis"
    static let rest = Duration.milliseconds(500)

    let book: ContactBook
    let queue: JobQueue
    let limits: SiteLimitKeeper
    let told: ToldMailings
    let suppressions: SuppressionTeller
    let atlas: SiteAtlas
    let logger: Logger
    /// The processes that were found to be right, by shard.
    private let verified = Mutex<[Int: String]>([:])

    init(
        book: ContactBook, queue: JobQueue, limits: SiteLimitKeeper, told: ToldMailings,
        suppressions: SuppressionTeller? = nil, atlas: SiteAtlas, logger: Logger
    ) {
        self.book = book
        self.queue = queue
        self.limits = limits
        self.told = told
        self.suppressions = suppressions ?? SuppressionTeller(book: book, queue: queue)
        self.atlas = atlas
        self.logger = logger
    }

    func round() async throws -> Bool {
        try await check(await processes())
        return false
    }

    /// Checks the processes that serve shards, as far as it is known which do.
    func check(_ answers: [(QueueShard, Result<String, any Error>)]) async throws {
        // What opens a shard opens all that its process has, so they are checked together. A server that is away holds up no other.
        var failure: (any Error)?
        var shards: [String: [QueueShard]] = [:]
        var isComplete = true
        for (shard, process) in answers {
            switch process {
            case .success(let process): shards[process, default: []].append(shard)
            case .failure(let error): (failure, isComplete) = (error, false)
            }
        }
        for (process, shards) in shards {
            // A shard that did not answer may have moved to this process: to open it for others would open it for that one, too.
            guard isComplete || isVerified(process, shards) else { continue }
            do { try await check(process, shards) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Asks every shard at once which process serves it.
    private func processes() async -> [(QueueShard, Result<String, any Error>)] {
        await withTaskGroup(of: (QueueShard, Result<String, any Error>).self) { tasks in
            for shard in queue.shards {
                tasks.addTask {
                    do { return (shard, .success(try await shard.process())) } catch { return (shard, .failure(error)) }
                }
            }
            return await tasks.reduce(into: []) { $0.append($1) }
        }
    }

    /// Whether a process was found to be right for all of these shards.
    private func isVerified(_ process: String, _ shards: [QueueShard]) -> Bool {
        verified.withLock { verified in shards.allSatisfy { verified[$0.number] == process } }
    }

    private func check(_ process: String, _ shards: [QueueShard]) async throws {
        let known = verified.withLock { verified in shards.map { verified[$0.number] } }
        var isAtWork = try await shards[0].isOpen()
        if isAtWork {
            if isVerified(process, shards) { return }
            // Opened when it was another's replica or primary, or before this coordinator started. In the first case nothing may be
            // claimed until it is checked; in the second it was checked then, and is once more, while workers go on.
            if known.contains(where: { $0 != nil }) {
                try await shards[0].close()
                isAtWork = false
            }
        }
        let hasLostData = try await adopt(shards)
        if hasLostData, isAtWork {
            // What was checked then is not what it has now.
            try await shards[0].close()
            isAtWork = false
        }
        var restored = 0
        for shard in shards { restored += try await reconcile(shard, isAtWork: isAtWork) }
        told.forget()
        try await suppressions.tellAll(shards)
        try await limits.agree(with: shards)
        // What was checked and what is opened must be one process; if it is not, the next round sees another one than is noted.
        for shard in shards where try await shard.process() != process { return }
        note(process, shards)
        try await shards[0].open()
        logger.notice(
            hasLostData
                ? "Redis had lost data; what the book knows was restored, and workers go on"
                : "Redis was checked against the book; workers may claim from it",
            metadata: ["shards": "\(shards.count)", "mailings": "\(restored)"])
    }

    private func note(_ process: String, _ shards: [QueueShard]) {
        verified.withLock { verified in
            for shard in shards { verified[shard.number] = process }
        }
    }

    /// Makes the outcome streams go on after what the book has read; answers whether one of the shards turned out to have lost data.
    private func adopt(_ shards: [QueueShard]) async throws -> Bool {
        var hasLostData = false
        for shard in shards {
            guard let position = try await book.streamPosition(shard: shard.number)?.description,
                try await shard.adopt(position: position)
            else { continue }
            hasLostData = true
            try await shard.endLeases()
        }
        return hasLostData
    }

    /// Tells a shard what the book knows; answers of how many mailings.
    /// - Parameter isAtWork: whether workers claim from it meanwhile. It was checked before then.
    private func reconcile(_ shard: QueueShard, isAtWork: Bool) async throws -> Int {
        let position = try await book.streamPosition(shard: shard.number)?.description
        var restored = 0
        for mailing in try await book.mailings(in: [.running, .waiting, .paused, .cancelled, .finished]) {
            guard try await shard.knows(mailing.id) else { continue }
            if mailing.state == .cancelled { try await shard.cancel(mailing.id) }
            if mailing.state == .paused { _ = try await shard.pause(mailing.id) }
            let before = isAtWork ? [] : try await shard.settledBitmap(mailing.id)
            let booked = try await restore(mailing, to: shard, bookedThrough: position ?? "0-0")
            let ordinals = Self.ordinals(in: before, notIn: booked)
            try await takeUp(ordinals, of: mailing, in: shard, bookedThrough: position ?? "0-0")
            restored += 1
        }
        return restored
    }

    /// Tells a shard which jobs of a mailing are over or held; answers them as a bitmap.
    private func restore(
        _ mailing: Mailing, to shard: QueueShard, bookedThrough position: String
    ) async throws -> [UInt8] {
        let fieldNames = try MailingSettings(mailing).template.fieldNames()
        let held = try await book.heldJobs(mailing: mailing.id, fieldNames: fieldNames)
        var settled = try await book.settledBitmap(mailing: mailing.id)
        // What its owner has decided since is in the stream and not in the book yet: it is held no more.
        let decided = held.isEmpty ? [] : try await decisions(in: shard, after: position)
        for job in decided where job.mailing == mailing.id && Int(job.ordinal) / 8 < settled.count {
            settled[Int(job.ordinal) / 8] &= ~(0x80 >> UInt8(job.ordinal % 8))
        }
        let sites = try await atlas.known(Set(held.map(\.entry.lane)))
        // First who is held, then the bits: a late result finds its job on the list.
        try await shard.restore(
            mailing.id,
            held: held.compactMap { held in
                let site = sites[held.entry.lane] ?? held.entry.lane
                guard queue.shardNumber(ofSite: site) == shard.number, !decided.contains(held.entry.job.id) else {
                    return nil
                }
                return (ClaimedJob(job: held.entry.job, site: site), held.kind)
            })
        try await shard.restore(mailing.id, settled: settled)
        return settled
    }

    /// Has taken up again what a shard, as it came back, has as settled and the book had not, if it waits there for another attempt.
    ///
    /// Such a contact came back after it was Sent, and the Redis has lost that it was taken up: of what is in the lanes or aside
    /// it has no job, and nobody would order one, since its attempt was booked. The book is looked at last: whatever is settled
    /// while this goes on is in the stream until it is in the book.
    private func takeUp(
        _ ordinals: [UInt32], of mailing: Mailing, in shard: QueueShard, bookedThrough position: String
    ) async throws {
        guard mailing.state != .cancelled, mailing.state != .finished, !ordinals.isEmpty else { return }
        let unbooked = try await jobs(in: shard, after: position) { _ in true }
        let settled = ordinals.filter { !unbooked.contains(DeliveryJob.ID(mailing: mailing.id, ordinal: $0)) }
        let stranded = try await book.stranded(settled, of: mailing.id)
        let sites = try await atlas.known(Set(stranded.map(\.lane)))
        // Every shard was told of all that is over, wherever its site is.
        let own = stranded.filter { queue.shardNumber(ofSite: sites[$0.lane] ?? $0.lane) == shard.number }
        let count = try await book.takeUp(stranded: own.map(\.ordinal), of: mailing.id, at: .now)
        guard count > 0 else { return }
        logger.notice(
            "Redis came back without contacts that had been taken up again; they are once more",
            metadata: ["mailing.id": "\(mailing.id)", "contacts": "\(count)"])
    }

    /// The ordinals whose bit is set in one bitmap and not in another, which may be shorter: what lies behind it is not meant.
    private static func ordinals(in bitmap: [UInt8], notIn other: [UInt8]) -> [UInt32] {
        var ordinals: [UInt32] = []
        for (i, (byte, without)) in zip(bitmap, other).enumerated() where byte & ~without != 0 {
            for bit in 0..<8 where (byte & ~without) & (0x80 >> UInt8(bit)) != 0 {
                ordinals.append(UInt32(8 * i + bit))
            }
        }
        return ordinals
    }

    /// The jobs on which the outcome stream has a decision of their owner after a position.
    private func decisions(in shard: QueueShard, after position: String) async throws -> Set<DeliveryJob.ID> {
        let reasons: Set<Reason> = [.resentByOwner, .confirmedByOwner, .droppedByOwner]
        return try await jobs(in: shard, after: position) { reasons.contains($0.reason) }
    }

    /// The jobs of which the outcome stream has changes after a position that are as asked for.
    private func jobs(
        in shard: QueueShard, after position: String, where isMeant: (StatusChange) -> Bool
    ) async throws -> Set<DeliveryJob.ID> {
        var jobs: Set<DeliveryJob.ID> = []
        var position = position
        while true {
            let entries = try await shard.outcomes(after: position, limit: 500)
            guard let last = entries.last else { return jobs }
            jobs.formUnion(entries.flatMap(\.changes).filter(isMeant).map(\.job))
            position = last.position
        }
    }
}
