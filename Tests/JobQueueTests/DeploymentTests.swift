import Delivery
import NIOCore
import RedisClient
import TestSupport
import Testing

@testable import JobQueue

/// The queue where Redis is several servers, as the user of the manual.
@Suite("The queue on several servers", .serialized, .timeLimit(.minutes(2)))
struct DeploymentTests {
    private static let mailing = MailingID(rawValue: 1)
    private static let sites = (0..<24).map { "site\($0).example" }

    /// Feeds every shard so many jobs and answers all of them.
    private func fill(_ queue: JobQueue, each count: UInt32) async throws -> Set<DeliveryJob.ID> {
        try await queue.publish(Self.mailing, content: MailingContent(bytes: [1], version: "v"), paused: false)
        var jobs: Set<DeliveryJob.ID> = []
        for shard in queue.shards {
            let sites = Self.sites.filter { queue.shardNumber(ofSite: $0) == shard.number }
            let first = UInt32(shard.number) * count
            let entries = (0..<count).map { queue.job(1, first + $0, sites) }
            try await shard.open()
            #expect(try await shard.enqueue(Self.mailing, from: 0, to: count, jobs: entries) == .moved)
            jobs.formUnion(entries.map(\.job.id))
        }
        return jobs
    }

    /// Claims and settles until a shard is empty, as a worker and its coordinator do; answers what was claimed, in order.
    private func work(_ shard: QueueShard) async throws -> [DeliveryJob.ID] {
        let worker = try await shard.register("w", lease: .seconds(60), description: "{}").get()
        var claimed: [DeliveryJob.ID] = []
        while true {
            let jobs: [ClaimedJob]
            do {
                jobs = try await shard.claim(5, for: worker).get().jobs
            } catch let error as JobQueueError where error.code == .notOpen {
                // Another server serves the shard now; there is no book here to compare it with.
                try await shard.open()
                continue
            }
            guard !jobs.isEmpty else { return claimed }
            claimed += jobs.map(\.job.id)
            #expect(try await shard.settle(jobs.map { change($0.job.id) }, by: worker).get() == jobs.count)
        }
    }

    private func booked(_ queue: JobQueue) async throws -> [DeliveryJob.ID] {
        var jobs: [DeliveryJob.ID] = []
        for shard in queue.shards {
            jobs += try await shard.outcomes(after: "0-0", limit: 10_000).flatMap(\.changes).map(\.job)
        }
        return jobs
    }

    @Test("Slots of shards move while they are worked on: every job is claimed once and told once")
    func movingSlots() async throws {
        let cluster = try await RedisCluster.start(configuration: [manualUser(), "cluster-node-timeout 15000"])
        do {
            let redis = try makeRedis(cluster.url)
            try await redis.connect()
            let queue = try await JobQueue.found(on: redis, shards: 4)
            let jobs = try await fill(queue, each: 600)
            let workers = queue.shards.map { shard in Task { try await work(shard) } }
            for shard in queue.shards.prefix(2) {
                let slot = try await cluster.slot(of: shard.keys.prefix)
                let source = try #require(try await cluster.master(of: slot))
                let target = try #require(try await cluster.masters().first { $0 !== source })
                try await cluster.moveSlot(slot, to: target, batch: 3, pause: .milliseconds(50))
            }
            var claimed: [DeliveryJob.ID] = []
            for worker in workers { claimed += try await worker.value }
            #expect(claimed.count == jobs.count && Set(claimed) == jobs)
            let booked = try await booked(queue)
            #expect(booked.count == jobs.count && Set(booked) == jobs)
            let status = try await queue.status(of: [Self.mailing])
            #expect(status.mailings[0].waiting == 0)
            #expect(status.workers.allSatisfy { $0.inFlight == 0 })
            #expect(try await queue.memory().count == 3)
            await redis.close()
        } catch {
            await cluster.stop()
            throw error
        }
        await cluster.stop()
    }

    @Test(
        "The primary is switched: jobs that were fed are there, and the new primary hands out none before it is opened")
    func switchedPrimary() async throws {
        let setup = try await SentinelSetup.start(configuration: [manualUser()])
        do {
            let redis = try makeRedis(setup.url)
            try await redis.connect()
            let queue = try await JobQueue.found(on: redis, shards: 1)
            let jobs = try await fill(queue, each: 200)
            let before = try await queue.only.process()
            #expect(try await setup.sentinels[0].command(["SENTINEL", "FAILOVER", SentinelSetup.name]) == "OK")
            try await poll("no switch") {
                try await redis.servers() != ["127.0.0.1:\(setup.servers[0].port ?? 0)"]
            }
            #expect(try await queue.only.process() != before)
            #expect(try await !queue.only.isOpen())
            #expect(try await Set(work(queue.only)) == jobs)
            #expect(try await Set(booked(queue)) == jobs)
            await redis.close()
        } catch {
            await setup.stop()
            throw error
        }
        await setup.stop()
    }
}
