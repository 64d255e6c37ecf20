import Contacts
import Delivery
import Foundation
import JobQueue
import Logging
import NIOCore
import NIOPosix
import RedisClient
import TestSupport

@testable import CampaignCoordinator

/// A contact book with a started campaign, and a queue on a private Redis: what the coordinator's loops work on.
struct CoordinatorFixture {
    let book: ContactBook
    let queue: JobQueue
    let redis: Redis
    let mailing: MailingID
    let logger = Logger(label: "test")

    func feeder(highWater: Int = 100_000) -> Feeder {
        feeder(of: queue, highWater: highWater)
    }

    func feeder(of queue: JobQueue, highWater: Int = 100_000, naming: (any SiteNaming)? = nil) -> Feeder {
        Feeder(
            book: book, queue: queue, highWater: highWater, hold: FeedingHold(), atlas: atlas(naming), logger: logger)
    }

    func atlas(_ naming: (any SiteNaming)? = nil) -> SiteAtlas {
        SiteAtlas(book: book, naming: naming, logger: logger)
    }

    var bookkeeper: Bookkeeper { Bookkeeper(book: book, queue: queue, shard: queue.only, logger: logger) }

    /// Books what all shards have to tell.
    func bookAll() async throws {
        for shard in queue.shards {
            try await Bookkeeper(book: book, queue: queue, shard: shard, logger: logger).settle()
        }
    }

    /// Claims up to `count` jobs of each shard and settles them as Sent.
    @discardableResult
    func send(_ count: Int) async throws -> [DeliveryJob.ID] {
        var sent: [DeliveryJob.ID] = []
        for shard in queue.shards {
            let worker = try await shard.register("w", lease: .seconds(60), description: "{}").get()
            let jobs = try await shard.claim(count, for: worker).get().jobs.map(\.job.id)
            let changes = jobs.map {
                StatusChange(
                    job: $0, time: UnixTime(milliseconds: 1_763_000_000_000), outcome: .sent, reason: .accepted,
                    rule: "2x", phase: .dot, attempt: 1, reply: "250 2.0.0 Ok")
            }
            _ = try await shard.settle(changes, by: worker).get()
            sent += jobs
        }
        return sent
    }

    /// Claims up to `count` jobs of each shard and puts them aside as Deferred, or in doubt where there is no delay; answers how
    /// many.
    func postpone(_ count: Int, delay: Duration? = .seconds(3600)) async throws -> Int {
        var postponed = 0
        for shard in queue.shards {
            let worker = try await shard.register("w", lease: .seconds(60), description: "{}").get()
            let claimed = try await shard.claim(count, for: worker).get().jobs
            let jobs = claimed.map { entry in
                let change = StatusChange(
                    job: entry.job.id, time: .now, outcome: delay == nil ? .queued : .deferred,
                    reason: delay == nil ? .inDoubtHeld : .rateLimited, rule: "4x", phase: .rcpt,
                    attempt: entry.job.attempts + 1, reply: "450 4.7.1 later")
                return PostponedJob(job: entry.job, site: entry.site, delay: delay, change: change)
            }
            postponed += try await shard.postpone(jobs, by: worker).get()
        }
        return postponed
    }

    /// All that Redis has, as `rollBack(to:)` takes it.
    func picture() async throws -> [(key: RedisArgument, dump: [UInt8])] {
        guard case .array(let keys) = try await redis.submit(["KEYS", "*"], key: "").get() else { return [] }
        var picture: [(key: RedisArgument, dump: [UInt8])] = []
        for key in keys.compactMap(\.bytes) {
            let dump = try await redis.submit(["DUMP", .init(key)], key: "").get()
            if let bytes = dump.bytes { picture.append((.init(key), bytes)) }
        }
        return picture
    }

    /// Makes Redis be as it was, and closed, as one that was started again from an older file.
    func rollBack(to picture: [(key: RedisArgument, dump: [UInt8])]) async throws {
        _ = try await redis.submit(["FLUSHALL"], key: "").get()
        for (key, dump) in picture { _ = try await redis.submit(["RESTORE", key, "0", .init(dump)], key: "").get() }
        try await flushScripts()
    }

    func flushScripts() async throws {
        _ = try await redis.submit(["SCRIPT", "FLUSH"], key: "").get()
    }

    func waiting() async throws -> Int {
        try await queue.status(of: [mailing]).mailings[0].waiting
    }

    /// Runs a body on a campaign of `contacts` contacts, with as many licences.
    static func run(contacts: Int, _ body: (CoordinatorFixture) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
            "pr-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let server = try await RedisServer.start()
        let redis = Redis(
            endpoint: try RedisEndpoint(parsing: server.url), eventLoop: MultiThreadedEventLoopGroup.singleton.next(),
            logger: Logger(label: "test"))
        try await redis.connect()
        let book = try ContactBook(directory: directory.path)
        let csv = directory.appendingPathComponent("a.csv")
        try ("email,name\n" + (0..<contacts).map { "u\($0)@site\($0 % 7).example,N\n" }.joined())
            .write(to: csv, atomically: true, encoding: .utf8)
        let now = UnixTime(milliseconds: 1_763_000_000_000)
        _ = try await book.importCSV(path: csv.path, list: "l", at: now)
        _ = try await book.addLicences(contacts)
        let template = #"{"from":{"address":"s@example.org"},"subject":"x","text":"Hello {{name}}"}"#
        let retry = #"{"deferred":["5m"],"softBounced":["1h"],"maximumAge":"4d","jitter":0.2}"#
        let campaign = try await book.createCampaign(name: "c", list: "l", template: template, retry: retry, at: now)
        try await book.start(campaign.mailings[0].id, at: now)
        let queue = JobQueue(redis: redis)
        try await queue.only.open()
        let fixture = CoordinatorFixture(
            book: book, queue: queue, redis: redis, mailing: campaign.mailings[0].id)
        do {
            try await body(fixture)
        } catch {
            await redis.close()
            await server.stop()
            throw error
        }
        await redis.close()
        await server.stop()
    }
}

extension Loop {
    /// Goes round until there is nothing to do.
    func settle() async throws {
        while try await round() {}
    }
}

extension JobQueue {
    /// The shard of a queue that has but one.
    var only: QueueShard { shards[0] }
}
