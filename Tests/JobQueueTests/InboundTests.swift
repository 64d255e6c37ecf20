import Delivery
import NIOCore
import RedisClient
import TestSupport
import Testing

@testable import JobQueue

@Suite("What comes back, on its way through Redis")
struct InboundTests {
    static let events: [InboundEvent] = {
        let subjects: [InboundEvent.Subject] = [
            .delivery(.init(mailing: .init(rawValue: 7), ordinal: .max)), .clues(InboundClues()),
            .clues(
                InboundClues(
                    messageID: "1.2.x@y", originalRecipient: "zoë@exämple.org", recipient: "",
                    returnedRecipient: "a@b.c")),
            .clues(InboundClues(recipient: "a@b.c")), .delivery(.init(mailing: .init(rawValue: 0), ordinal: 0)),
        ]
        return zip(subjects, InboundEvent.Source.allCases).enumerated().map { number, pair in
            event(
                UInt8(number), pair.0, source: pair.1,
                Classification(
                    outcome: number == 0 ? nil : Outcome.allCases[number * 2], reason: .mailboxFull, rule: "P5",
                    retryAfter: number == 1 ? .zero : number == 2 ? .seconds(300) : nil))
        }
    }()

    static func event(
        _ id: UInt8, _ subject: InboundEvent.Subject, source: InboundEvent.Source = .bounce,
        _ classification: Classification = Classification(outcome: .bounced, reason: .noSuchUser, rule: "5m")
    ) -> InboundEvent {
        guard let id = InboundEventID(digest: [id] + [UInt8](repeating: 3, count: 20)) else { preconditionFailure() }
        return InboundEvent(
            id: id, source: source, subject: subject, time: UnixTime(milliseconds: 1_763_000_000_123),
            classification: classification, phase: .allCases[Int(id.bytes[0])], reply: "550 no\nsuch user")
    }

    @Test("Events come back from their bytes as they went in, and are refused when these end too early")
    func codec() throws {
        let bytes = Self.events.flatMap(\.wire)
        #expect(try InboundEvent.all(inWire: bytes) == Self.events)
        let one = Self.events[2].wire
        for length in 1..<one.count {
            #expect(throws: JobQueueError.self) { try InboundEvent.all(inWire: Array(one.prefix(length))) }
        }
    }

    @Test(
        "Events stand in the stream beside status changes, in the order in which they were reported, many to an entry")
    func report() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 1)
            let worker = try await queue.worker()
            let job = try #require(try await queue.claimed(1, by: worker).first)
            _ = try await queue.only.settle([change(job.id)], by: worker).get()
            let many = (0..<250).map { Self.event(UInt8($0 % 10), .clues(InboundClues(recipient: "u\($0)@x.org"))) }
            try await queue.report([])
            try await queue.report(many)
            let entries = try await queue.only.outcomes(after: "0-0", limit: 100)
            #expect(entries.map(\.changes.count) == [1, 0, 0, 0])
            #expect(entries.map(\.events.count) == [0, 100, 100, 50])
            #expect(entries.flatMap(\.events) == many)
        }
    }

    @Test("A full Redis takes no report, and says so; what it has is drained, and then it takes them again")
    func full() async throws {
        let server = try await RedisServer.start(configuration: [manualUser() + " +config"])
        let redis = try makeRedis(server.url)
        try await redis.connect()
        let queue = JobQueue(redis: redis)
        try await queue.report(Self.events)
        _ = try await queue.only.command(["CONFIG", "SET", "maxmemory", "1"]).get()
        let error = await #expect(throws: RedisError.self) { try await queue.report(Self.events) }
        #expect(error?.code == .server("OOM"))
        let last = try #require(try await queue.only.outcomes(after: "0-0", limit: 10).last)
        try await queue.only.forgetOutcomes(through: last.position)
        _ = try await queue.only.command(["CONFIG", "SET", "maxmemory", "0"]).get()
        try await queue.report(Self.events)
        #expect(try await queue.unbookedEntries() == 1)
        await redis.close()
        await server.stop()
    }

    @Test("Any shard takes reports, and the same report goes to the same one")
    func shards() async throws {
        try await withQueue { queue in
            let queue = JobQueue(redis: queue.redis, shards: 4)
            for _ in 0..<2 { for event in Self.events { try await queue.report([event]) } }
            var found: [[InboundEvent]] = []
            for shard in queue.shards {
                found.append(try await shard.outcomes(after: "0-0", limit: 100).flatMap(\.events))
            }
            #expect(found.map(\.count) == [4, 2, 2, 2])
            #expect(found[0].map(\.id) == [0, 4, 0, 4].map { Self.events[$0].id })
        }
    }

    @Test("Very long replies are cut")
    func longReplies() {
        var long = Self.events[0]
        long = InboundEvent(
            id: long.id, source: long.source, subject: long.subject, time: long.time,
            classification: long.classification, phase: long.phase, reply: String(repeating: "ü", count: 100_000))
        #expect(long.reply == String(repeating: "ü", count: 2000))
    }
}
