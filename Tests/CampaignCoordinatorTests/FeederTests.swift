import Contacts
import Delivery
import JobQueue
import NIOCore
import RedisClient
import Testing

@testable import CampaignCoordinator

@Suite("The feeder")
struct FeederTests {
    @Test("Feeds the whole audience, once")
    func feedsAll() async throws {
        try await CoordinatorFixture.run(contacts: 2500) { fixture in
            try await fixture.feeder().settle()
            #expect(try await fixture.waiting() == 2500)
            try await fixture.feeder().settle()
            #expect(try await fixture.waiting() == 2500)
            #expect(try await fixture.book.licenceSummary().reserved == 2500)
        }
    }

    @Test("Stops at the high-water mark and goes on as jobs are claimed")
    func highWater() async throws {
        try await CoordinatorFixture.run(contacts: 5000) { fixture in
            let feeder = fixture.feeder(highWater: 2000)
            try await feeder.settle()
            #expect(try await fixture.waiting() == 2000)
            #expect(try await fixture.send(500).count == 500)
            try await feeder.settle()
            #expect(try await fixture.waiting() == 1500, "a push is 1,000 jobs, and would go beyond the mark")
            try await fixture.send(500)
            try await feeder.settle()
            #expect(try await fixture.waiting() == 2000)
        }
    }

    @Test("A kill between reserving and pushing leaves nobody out")
    func killBeforePush() async throws {
        try await CoordinatorFixture.run(contacts: 1500) { fixture in
            while try await !fixture.book.prepare(fixture.mailing, limit: 5000, at: .now).isComplete {}
            let lost = try await fixture.book.reserveBatch(
                mailing: fixture.mailing, from: 0, limit: 1000, fieldNames: [], at: .now)
            #expect(lost.jobs.count == 1000)
            try await fixture.feeder().settle()
            #expect(try await fixture.waiting() == 1500)
            #expect(try await fixture.book.licenceSummary().reserved == 1500)
        }
    }

    @Test("A wiped Redis is fed again with those who are not settled in the book")
    func wipedRedis() async throws {
        try await CoordinatorFixture.run(contacts: 300) { fixture in
            try await fixture.feeder().settle()
            let sent = try await fixture.send(100)
            try await fixture.bookkeeper.settle()
            _ = try await fixture.redis.submit(["FLUSHALL"], key: "").get()
            try await fixture.feeder().settle()
            #expect(try await fixture.waiting() == 200)
            let again = try await fixture.send(300)
            #expect(Set(again).isDisjoint(with: sent))
            #expect(again.count == 200)
        }
    }

    @Test("Redis is made to agree with the book on what is paused, running and cancelled")
    func agreement() async throws {
        try await CoordinatorFixture.run(contacts: 10) { fixture in
            let feeder = fixture.feeder()
            func state() async throws -> String {
                try await fixture.queue.status(of: [fixture.mailing]).mailings[0].state
            }
            try await feeder.settle()
            #expect(try await state() == "running")
            try await fixture.book.pause(fixture.mailing)
            try await feeder.settle()
            #expect(try await state() == "paused")
            try await fixture.book.resume(fixture.mailing)
            try await feeder.settle()
            #expect(try await state() == "running")
            try await fixture.book.cancel(fixture.mailing, at: .now)
            try await feeder.settle()
            #expect(try await state() == "cancelled")
            #expect(try await fixture.waiting() == 0)
        }
    }
}
