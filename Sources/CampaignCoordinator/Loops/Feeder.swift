internal import Contacts
internal import Delivery
internal import JobQueue
internal import Logging
internal import MailMessage
internal import RedisClient

/// Feeds mailings from the contact book into Redis, a bounded number of jobs ahead of the workers, and makes Redis agree with
/// the book about what runs, is paused or cancelled.
///
/// Where feeding goes on is the queue's own cursor, which moves with every push. So whatever dies, nothing is fed twice and
/// nothing is left out; and a Redis that lost its data, whose cursor is 0 again, is fed again with what is still unsettled.
struct Feeder: Loop {
    static let purpose = "feed the queue"
    static let rest = Duration.milliseconds(100)
    /// Ordinals in one push.
    private static let batch = 1000
    /// How many times the high-water mark may be put aside for later before feeding pauses.
    private static let dueFactor = 10
    /// Entries of the outcome stream that may wait for the bookkeeper before feeding pauses.
    private static let unbookedLimit = 2000
    /// The share of Redis' `maxmemory` above which feeding pauses; draining goes on.
    private static let memoryShare = 0.8

    let book: ContactBook
    let queue: JobQueue
    let highWater: Int
    let hold: FeedingHold
    let logger: Logger
    let told: ToldMailings
    let atlas: SiteAtlas

    init(
        book: ContactBook, queue: JobQueue, highWater: Int, hold: FeedingHold, told: ToldMailings = ToldMailings(),
        atlas: SiteAtlas, logger: Logger
    ) {
        self.book = book
        self.queue = queue
        self.highWater = highWater
        self.hold = hold
        self.told = told
        self.atlas = atlas
        self.logger = logger
    }

    func round() async throws -> Bool {
        let mailings = try await book.mailings(in: [.preparing, .running, .waiting, .paused, .cancelled])
            .filter { !told.isCancelled($0.id) }
        guard !mailings.isEmpty else {
            hold.set(nil)
            return false
        }
        var busy = false
        let begins = mailings.contains { $0.state == .preparing }
        if begins, !mailings.contains(where: { [.running, .waiting, .paused].contains($0.state) }) {
            try await atlas.renew()
        }
        for mailing in mailings where mailing.state == .preparing {
            _ = try await book.prepare(mailing.id, limit: 5000, at: .now)
            busy = true
        }
        let status = try await queue.status(of: mailings.map(\.id), laneLimit: 0)
        let serving = mailings.filter { $0.state == .running || $0.state == .waiting }
        let share = max(highWater / max(1, serving.count), Self.batch)
        let held = try await reasonToHold(status)
        hold.set(held)
        for (mailing, live) in zip(mailings, status.mailings) {
            do {
                busy = try await serve(mailing, live, share: held == nil ? share : 0) || busy
            } catch let error where Self.concernsOneMailing(error) {
                // One mailing that cannot be fed holds up no other.
                logger.error(
                    "a mailing cannot be fed", metadata: ["mailing.id": "\(mailing.id)", "error": "\(error)"])
            }
        }
        return busy
    }

    /// Whether an error is a mailing's own: neither Redis nor the contact book fails, which would stop them all.
    private static func concernsOneMailing(_ error: any Error) -> Bool {
        switch error {
        case is RedisError, is CancellationError: false
        case let error as ContactBookError: error.code != .storage
        default: true
        }
    }

    /// Makes Redis agree with the book on one mailing and feeds it, if it has room within its share of the high-water mark.
    private func serve(_ mailing: Mailing, _ live: QueueStatus.Mailing, share: Int) async throws -> Bool {
        try await agree(mailing, live)
        guard mailing.state == .running || mailing.state == .waiting, Int(live.cursor) < mailing.audience ?? 0,
            live.waiting + Self.batch <= share
        else { return false }
        return try await feed(mailing, live.cursors)
    }

    /// Makes Redis know a mailing and its state as the book has it.
    private func agree(_ mailing: Mailing, _ live: QueueStatus.Mailing) async throws {
        switch mailing.state {
        case .running, .waiting:
            try await publish(mailing, live)
            if !live.state.isEmpty, live.state != "running" { _ = try await queue.resume(mailing.id) }
        case .paused:
            if !live.state.isEmpty, live.state != "paused" { _ = try await queue.pause(mailing.id) }
        case .cancelled:
            try await queue.cancel(mailing.id)
            told.noteCancelled(mailing.id)
        case .draft, .preparing, .finished:
            break
        }
    }

    /// Tells the workers of a mailing, unless this Redis knows it as it is.
    private func publish(_ mailing: Mailing, _ live: QueueStatus.Mailing) async throws {
        let terms = try MailingTerms(MailingOptions(mailing), at: .now)
        let isShared = terms.quotaPerHour != nil && queue.shards.count > 1
        if !live.state.isEmpty, told.knows(terms, of: mailing.id, isShared: isShared) { return }
        // The content never changes after the start, and may have large files in it.
        let content = live.state.isEmpty || !told.hasHeard(of: mailing.id) ? try await content(of: mailing) : nil
        try await queue.publish(
            mailing.id, content: content, terms: terms, pending: live.pending, paused: false)
        told.note(terms, of: mailing.id)
    }

    private func content(of mailing: Mailing) async throws -> MailingContent {
        let settings = try MailingSettings(mailing, files: try await book.files(of: mailing.id))
        return MailingContent(bytes: try settings.encoded(), version: settings.template.version)
    }

    /// Feeds the next range to the shards that do not have it yet; answers whether anything moved.
    ///
    /// A shard that is ahead, because the others could not be reached or have lost their data, has its share of the range
    /// already: the range ends where the next shard stands.
    private func feed(_ mailing: Mailing, _ cursors: [UInt32]) async throws -> Bool {
        guard let cursor = cursors.min() else { return false }
        let fieldNames = try MailingSettings(mailing).template.fieldNames()
        let next = cursors.filter { $0 > cursor }.min()
        let limit = min(next.map { Int($0 - cursor) } ?? Self.batch, Self.batch)
        let batch = try await book.reserveBatch(
            mailing: mailing.id, from: cursor, limit: limit, fieldNames: fieldNames, at: .now)
        guard batch.nextOrdinal > cursor else { return false }
        let sites = try await atlas.sites(of: Set(batch.jobs.map(\.lane) + batch.held.map(\.entry.lane)))
        var jobs = [[ClaimedJob]](repeating: [], count: queue.shards.count)
        var held = [[(entry: ClaimedJob, kind: HoldKind)]](repeating: [], count: queue.shards.count)
        for entry in batch.jobs {
            let site = sites[entry.lane] ?? entry.lane
            jobs[queue.shardNumber(ofSite: site)].append(ClaimedJob(job: entry.job, site: site))
        }
        for entry in batch.held {
            let site = sites[entry.entry.lane] ?? entry.entry.lane
            held[queue.shardNumber(ofSite: site)].append((ClaimedJob(job: entry.entry.job, site: site), entry.kind))
        }
        var hasMoved = false
        for shard in queue.shards where cursors[shard.number] == cursor {
            let result = try await shard.enqueue(
                mailing.id, from: cursor, to: batch.nextOrdinal, jobs: jobs[shard.number], held: held[shard.number])
            hasMoved = hasMoved || result == .moved
        }
        return hasMoved
    }

    /// Why no mailing may be fed now, if so.
    private func reasonToHold(_ status: QueueStatus) async throws -> String? {
        if status.unbookedEntries > Self.unbookedLimit { return "outcomes wait to be booked" }
        if status.mailings.reduce(0, { $0 + $1.due }) > Self.dueFactor * highWater {
            return "very many contacts are put aside until their next attempt"
        }
        for memory in try await queue.memory() {
            if let limit = memory.limit, Double(memory.used) > Double(limit) * Self.memoryShare {
                return "Redis has used \(memory.used * 100 / limit) % of its maxmemory"
            }
        }
        return nil
    }
}
