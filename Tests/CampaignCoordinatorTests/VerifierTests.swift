import Contacts
import Delivery
import JobQueue
import NIOCore
import RedisClient
import Testing

@testable import CampaignCoordinator

@Suite("The verifier")
struct VerifierTests {
    private func verifier(_ fixture: CoordinatorFixture, _ queue: JobQueue) -> Verifier {
        Verifier(
            book: fixture.book, queue: queue,
            limits: SiteLimitKeeper(book: fixture.book, queue: queue, configured: [:], logger: fixture.logger),
            told: ToldMailings(), atlas: fixture.atlas(), logger: fixture.logger)
    }

    /// Takes a job's done bit back, as a Redis that came back older would.
    private func forgetSettled(_ fixture: CoordinatorFixture, in queue: JobQueue) async throws {
        for shard in queue.shards {
            let prefix = "pr:{\(shard.number)}:"
            _ = try await fixture.redis.submit(["DEL", .init("\(prefix)done:1")], key: "").get()
        }
    }

    @Test("No shard of a process is open before all of them are checked")
    func manyShards() async throws {
        try await CoordinatorFixture.run(contacts: 140) { fixture in
            let queue = JobQueue(redis: fixture.redis, shards: 4)
            let feeder = fixture.feeder(of: queue)
            try await feeder.settle()
            // What the book has as over, and this Redis has lost.
            let sent = (0..<70).map {
                StatusChange(
                    job: .init(mailing: fixture.mailing, ordinal: UInt32($0)), time: .now, outcome: .sent,
                    reason: .accepted, rule: "2x", phase: .dot, attempt: 1, reply: "250 Ok")
            }
            _ = try await fixture.book.book(sent, streamPosition: "1-1", shard: 0, at: .now)
            try await fixture.flushScripts()
            #expect(try await queue.shards[3].isOpen() == false)
            _ = try await verifier(fixture, queue).round()
            #expect(try await queue.shards[3].isOpen())
            var claimed: Set<UInt32> = []
            for shard in queue.shards {
                let worker = try await shard.register("w", lease: .seconds(60), description: "{}").get()
                claimed.formUnion(try await shard.claim(500, for: worker).get().jobs.map(\.job.id.ordinal))
            }
            #expect(claimed == Set(70..<140))
        }
    }

    @Test(
        "As long as a shard does not answer, no process is opened that it may have moved to; one that was checked stays open"
    )
    func silentShard() async throws {
        try await CoordinatorFixture.run(contacts: 10) { fixture in
            let queue = JobQueue(redis: fixture.redis, shards: 4)
            try await fixture.feeder(of: queue).settle()
            try await fixture.flushScripts()
            let process = try await queue.shards[0].process()
            let lost = CancellationError()
            let answers = queue.shards.map { shard -> (QueueShard, Result<String, any Error>) in
                (shard, shard.number == 3 ? .failure(lost) : .success(process))
            }
            let verifier = verifier(fixture, queue)
            await #expect(throws: CancellationError.self) { try await verifier.check(answers) }
            #expect(try await queue.shards[0].isOpen() == false)
            _ = try await verifier.round()
            await #expect(throws: CancellationError.self) { try await verifier.check(answers) }
            #expect(try await queue.shards[0].isOpen())
        }
    }

    @Test("A cancelled mailing that a Redis has again as running is cancelled before anything is claimed")
    func cancelledAgain() async throws {
        try await CoordinatorFixture.run(contacts: 30) { fixture in
            try await fixture.feeder().settle()
            try await fixture.book.cancel(fixture.mailing, at: .now)
            try await fixture.flushScripts()
            _ = try await verifier(fixture, fixture.queue).round()
            #expect(try await fixture.send(30).isEmpty)
        }
    }

    @Test("A job that its owner has resent is sent, also when Redis is checked before the book knows of it")
    func resentNotBooked() async throws {
        try await CoordinatorFixture.run(contacts: 1) { fixture in
            try await fixture.feeder().settle()
            let worker = try await fixture.queue.only.register("w", lease: .seconds(60), description: "{}").get()
            let job = try #require(try await fixture.queue.only.claim(1, for: worker).get().jobs.first?.job)
            let change = StatusChange(
                job: job.id, time: .now, outcome: .queued, reason: .inDoubtHeld, rule: "C3", phase: .dot, attempt: 1,
                reply: "")
            let held = PostponedJob(job: job, site: "site0.example", delay: nil, change: change)
            _ = try await fixture.queue.only.postpone([held], by: worker).get()
            try await fixture.bookkeeper.settle()
            #expect(
                try await fixture.queue.resolve(
                    fixture.mailing, .inDoubt, ordinals: [job.id.ordinal], as: .resend) == 1)
            try await fixture.flushScripts()
            _ = try await verifier(fixture, fixture.queue).round()
            try await fixture.bookkeeper.settle()
            #expect(try await fixture.send(1) == [job.id])
        }
    }

    @Test("Who is held in the book is held in a Redis that has forgotten it, and not sent")
    func heldAgain() async throws {
        try await CoordinatorFixture.run(contacts: 2) { fixture in
            try await fixture.feeder().settle()
            let held = StatusChange(
                job: .init(mailing: fixture.mailing, ordinal: 0), time: .now, outcome: .queued, reason: .inDoubtHeld,
                rule: "C3", phase: .dot, attempt: 1, reply: "")
            _ = try await fixture.book.book([held], streamPosition: "1-1", shard: 0, at: .now)
            try await forgetSettled(fixture, in: fixture.queue)
            try await fixture.flushScripts()
            _ = try await verifier(fixture, fixture.queue).round()
            #expect(try await fixture.send(2).map(\.ordinal) == [1])
            #expect(try await fixture.queue.status(of: [fixture.mailing]).mailings[0].inDoubt == 1)
        }
    }
}
