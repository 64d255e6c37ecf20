import Contacts
import Delivery
import JobQueue
import NIOCore
import RedisClient
import Testing

@testable import CampaignCoordinator

@Suite("The bookkeeper")
struct BookkeeperTests {
    @Test("Books every outcome once, forgets it in Redis, and ends the mailing")
    func books() async throws {
        try await CoordinatorFixture.run(contacts: 250) { fixture in
            try await fixture.feeder().settle()
            while try await fixture.send(100).isEmpty == false {}
            try await fixture.bookkeeper.settle()
            let numbers = try await fixture.book.statistics(campaign: "c").mailings[0]
            #expect(numbers.outcomes["Sent"] == 250 && numbers.licences.charged == 250)
            #expect(numbers.state == .finished)
            #expect(try await fixture.queue.unbookedEntries() == 0)
            #expect(try await fixture.book.audit().isBalanced)
        }
    }

    @Test("What was booked and not forgotten before a kill is not booked again")
    func killBeforeForgetting() async throws {
        try await CoordinatorFixture.run(contacts: 50) { fixture in
            try await fixture.feeder().settle()
            try await fixture.send(50)
            let entries = try await fixture.queue.only.outcomes(after: "0-0", limit: 100)
            let last = try #require(entries.last)
            _ = try await fixture.book.book(
                entries.flatMap(\.changes), streamPosition: last.position, shard: 0, at: .now)
            try await fixture.bookkeeper.settle()
            let numbers = try await fixture.book.statistics(campaign: "c").mailings[0]
            #expect(numbers.outcomes["Sent"] == 50 && numbers.attempts == 50)
            #expect(try await fixture.book.audit().isBalanced)
        }
    }
}
