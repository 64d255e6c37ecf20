import Delivery
import JobQueue
import NIOCore
import RedisClient
import Testing

@testable import CampaignCoordinator

@Suite("The janitor")
struct JanitorTests {
    @Test("What is left of a mailing that is over is cleared away, and of one that runs nothing")
    func clears() async throws {
        try await CoordinatorFixture.run(contacts: 50) { fixture in
            let told = ToldMailings()
            told.noteRedelivered(fixture.mailing, to: 0, through: 7, in: 0)
            let janitor = Janitor(
                book: fixture.book, queue: fixture.queue, told: told, grace: .zero, logger: fixture.logger)
            try await fixture.feeder().settle()
            try await fixture.send(20)
            try await fixture.bookkeeper.settle()
            _ = try await janitor.round()
            #expect(try await fixture.waiting() == 30)
            #expect(told.redelivered(fixture.mailing, to: 0).number == 7)
            try await fixture.send(30)
            try await fixture.bookkeeper.settle()
            _ = try await janitor.round()
            #expect(try await fixture.queue.status(of: [fixture.mailing]).mailings[0].state.isEmpty)
            #expect(told.redelivered(fixture.mailing, to: 0).number == 0)
            let keys = try await fixture.redis.submit(["KEYS", "*:1*"], key: "").get()
            #expect(keys.elements?.compactMap(\.text).filter { !$0.contains("flight") } == [])
        }
    }
}
