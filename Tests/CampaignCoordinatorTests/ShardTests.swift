import Contacts
import Delivery
import JobQueue
import NIOCore
import RedisClient
import TestSupport
import Testing

@testable import CampaignCoordinator

@Suite("What one shard hears, whatever is the matter with another")
struct ShardTests {
    /// Makes a key of a shard be one that its scripts fail on, as if its server were away.
    private func spoil(_ key: String, of shard: Int, _ fixture: CoordinatorFixture) async throws {
        _ = try await fixture.redis.submit(["SET", .init("pr:{\(shard)}:\(key)"), "x"], key: "").get()
    }

    private func mend(_ key: String, of shard: Int, _ fixture: CoordinatorFixture) async throws {
        _ = try await fixture.redis.submit(["DEL", .init("pr:{\(shard)}:\(key)")], key: "").get()
    }

    @Test(
        "Every shard hears of suppressions, since a domain's jobs may lie where another's name says, and one holds up no other"
    )
    func suppressions() async throws {
        try await CoordinatorFixture.run(contacts: 1) { fixture in
            let queue = JobQueue(redis: fixture.redis, shards: 3)
            let teller = SuppressionTeller(book: fixture.book, queue: queue)
            try await spoil("news", of: 0, fixture)
            teller.note([
                .init(key: "a@x.example", outcome: .unsubscribed, reason: .optOut),
                .init(key: "b@x.example", outcome: .unsubscribed, reason: .optOut),
            ])
            await teller.tell()
            let keys = ["a@x.example", "b@x.example"]
            let notice = SuppressionNotice(outcome: .unsubscribed, reason: .optOut)
            for shard in queue.shards.dropFirst() {
                #expect(try await shard.suppressions(of: keys).get() == [notice, notice])
                #expect(try await shard.suppressionNews(after: 0).get().notices?.count == 2)
            }
            await #expect(throws: RedisError.self) { try await teller.tell(queue.shards[0]) }
            // Nobody else is told twice, and who was taken off the list meanwhile is not told at all.
            try await mend("news", of: 0, fixture)
            teller.withdraw(["b@x.example"])
            await teller.tell()
            #expect(try await queue.shards[0].suppressions(of: keys).get() == [notice, nil])
            #expect(try await queue.shards[1].suppressionNews(after: 2).get().notices?.isEmpty == true)
            try await queue.unsuppress(keys)
            for shard in queue.shards { #expect(try await shard.suppressions(of: keys).get() == [nil, nil]) }
        }
    }

    @Test("Orders to take up again, and to call off, reach every other shard while one is away, and that one later")
    func orders() async throws {
        try await CoordinatorFixture.run(contacts: 21) { fixture in
            let queue = JobQueue(redis: fixture.redis, shards: 4)
            let sharded = CoordinatorFixture(
                book: fixture.book, queue: queue, redis: fixture.redis, mailing: fixture.mailing)
            try await sharded.feeder().settle()
            #expect(try await sharded.send(100).count == 21)
            try await sharded.bookAll()
            let events = try (0..<21).map { ordinal in
                InboundEvent(
                    id: try #require(InboundEventID(digest: [UInt8](repeating: UInt8(ordinal), count: 16))),
                    source: .bounce, subject: .delivery(.init(mailing: fixture.mailing, ordinal: UInt32(ordinal))),
                    time: .now, classification: Classification(outcome: .softBounced, reason: .mailboxFull, rule: "P5"),
                    phase: .dsn, reply: "452 4.2.2 mailbox full")
            }
            _ = try await fixture.book.book(inbound: events, at: .now)
            let told = ToldMailings()
            let atlas = sharded.atlas()
            let redeliverers = queue.shards.map {
                Redeliverer(
                    book: fixture.book, queue: queue, shard: $0, told: told, atlas: atlas, logger: fixture.logger)
            }
            let away = queue.shardNumber(ofSite: "site0.example")
            let there = (0..<7).count { queue.shardNumber(ofSite: "site\($0).example") != away }
            #expect(there > 0)
            try await spoil("again:\(fixture.mailing)", of: away, fixture)
            for redeliverer in redeliverers {
                if redeliverer.shard.number == away {
                    await #expect(throws: RedisError.self) { try await redeliverer.settle() }
                } else {
                    try await redeliverer.settle()
                }
            }
            #expect(try await queue.status(of: [fixture.mailing]).mailings[0].due == 3 * there)
            try await mend("again:\(fixture.mailing)", of: away, fixture)
            for redeliverer in redeliverers { try await redeliverer.settle() }
            let status = try await queue.status(of: [fixture.mailing])
            #expect(status.mailings[0].due == 21 && status.unaccounted == 0)

            // All are over meanwhile, by what else came back.
            let complaints = try events.enumerated().map { ordinal, event in
                var complaint = event
                complaint.id = try #require(InboundEventID(digest: [UInt8](repeating: UInt8(100 + ordinal), count: 16)))
                complaint.classification = Classification(outcome: .spam, reason: .complaint, rule: "N3")
                return complaint
            }
            let before = UnixTime(milliseconds: UnixTime.now.milliseconds - 31_000)
            _ = try await fixture.book.book(inbound: complaints, at: before)
            try await spoil("doubt:\(fixture.mailing)", of: away, fixture)
            for redeliverer in redeliverers {
                if redeliverer.shard.number == away {
                    await #expect(throws: RedisError.self) { try await redeliverer.settle() }
                } else {
                    try await redeliverer.settle()
                }
            }
            #expect(try await fixture.book.callOffs(at: .now).count == 21 - 3 * there)
            try await mend("doubt:\(fixture.mailing)", of: away, fixture)
            for redeliverer in redeliverers { try await redeliverer.settle() }
            #expect(try await fixture.book.callOffs(at: .now).isEmpty)
        }
    }
}
