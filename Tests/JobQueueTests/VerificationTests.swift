import Delivery
import NIOCore
import RedisClient
import Testing

@testable import JobQueue

@Suite("A Redis that has started anew hands out nothing before it was checked")
struct VerificationTests {
    private let mailing = MailingID(rawValue: 1)

    @Test("Claims fail as long as the coordinator has not opened the shard")
    func door() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 2)
            let worker = try await queue.worker()
            _ = try await queue.only.command(["SCRIPT", "FLUSH"]).get()
            #expect(try await queue.only.isOpen() == false)
            let error = await #expect(throws: JobQueueError.self) { try await queue.claimed(1, by: worker) }
            #expect(error?.code == .notOpen)
            try await queue.only.open()
            #expect(try await queue.claimed(2, by: worker).count == 2)
        }
    }

    @Test("What the book knows to be over is not handed out, wherever it lies")
    func restore() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 40)
            var bitmap = [UInt8](repeating: 0, count: 5)
            for ordinal in [0, 7, 8, 39] { bitmap[ordinal / 8] |= 0x80 >> UInt8(ordinal % 8) }
            try await queue.only.restore(mailing, settled: bitmap)
            let worker = try await queue.worker()
            let claimed = try await queue.claimed(100, by: worker)
            #expect(Set(claimed.map(\.id.ordinal)) == Set(0..<40).subtracting([0, 7, 8, 39]))
            #expect(try await queue.status(of: [mailing]).unaccounted == 0)
        }
    }

    @Test(
        "An outcome stream that came back older, or not at all, goes on after what the book has read",
        arguments: [true, false])
    func adopt(exists: Bool) async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 2)
            let worker = try await queue.worker()
            let jobs = try await queue.claimed(2, by: worker)
            if exists { _ = try await queue.only.settle([change(jobs[0].id)], by: worker).get() }
            let later = "99999999999999-5"
            #expect(try await queue.only.adopt(position: later))
            #expect(try await queue.only.adopt(position: later) == false)
            #expect(try await queue.only.adopt(position: "1-0") == false)
            _ = try await queue.only.settle([change(jobs[1].id)], by: worker).get()
            let entries = try await queue.only.outcomes(after: later, limit: 10)
            #expect(entries.flatMap(\.changes).map(\.job) == [jobs[1].id])
        }
    }

    @Test("A loss is found though what comes back has been reported since, and told once", arguments: [true, false])
    func hiddenLoss(hasBooked: Bool) async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 2)
            let worker = try await queue.worker()
            let jobs = try await queue.claimed(2, by: worker)
            _ = try await queue.only.settle([change(jobs[0].id)], by: worker).get()
            let first = try #require(try await queue.only.outcomes(after: "0-0", limit: 10).last).position
            #expect(try await queue.only.adopt(position: first) == false, "read, and not forgotten yet")
            if hasBooked { try await queue.only.forgetOutcomes(through: first) }
            #expect(try await queue.only.adopt(position: first) == false)
            // A replica that had not heard of what was booked next is promoted, and written to at once.
            let time = try #require(UInt64(first.prefix { $0 != "-" }))
            let booked = "\(time + 1)-0"
            let events = Array(InboundTests.events[0...1])
            let stream = RedisArgument(queue.only.keys.outcomes)
            // Its clock is behind, at first.
            for (event, position) in zip(events, ["\(time)-999", "\(time + 2)-0"]) {
                _ = try await queue.only.command(["XADD", stream, .init(position), "e", .init(event.wire)]).get()
            }
            #expect(try await queue.only.adopt(position: booked))
            #expect(try await queue.only.adopt(position: booked) == false)
            let read = try await queue.only.outcomes(after: booked, limit: 10)
            #expect(Set(read.flatMap(\.events).map(\.id)) == Set(events.map(\.id)) && read.flatMap(\.changes).isEmpty)
        }
    }

    @Test("Every site is in one shard, and all shards are used")
    func shards() async throws {
        try await withQueue { queue in
            let sharded = JobQueue(redis: queue.redis, shards: 16)
            let numbers = (0..<500).map { sharded.shardNumber(ofSite: "site\($0).example") }
            #expect(Set(numbers) == Set(0..<16))
            #expect(sharded.shardNumber(ofSite: "example.com") == sharded.shard(ofSite: "example.com").number)
            #expect(try await JobQueue.join(on: queue.redis) == nil)
            _ = try await JobQueue.found(on: queue.redis, shards: 16)
            #expect(try await JobQueue.join(on: queue.redis)?.shards.count == 16)
            let error = await #expect(throws: JobQueueError.self) {
                try await JobQueue.found(on: queue.redis, shards: 1)
            }
            #expect(error?.code == .otherShardCount)
        }
    }
}
