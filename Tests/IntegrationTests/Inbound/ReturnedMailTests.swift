import Delivery
import Foundation
import JobQueue
import Logging
import NIOPosix
import RedisClient
import TestSupport
import Testing

@Suite("What comes back, with a whole deployment")
struct ReturnedMailTests {
    @Test(
        "Reported, repeated and reported again while the coordinator is killed, each event is booked once, and soft bounces are sent again",
        .timeLimit(.minutes(5)))
    func killed() async throws {
        let run = try await CampaignRun()
        let count = size("POSTRIDER_FAILURE_CONTACTS", usually: 600)
        let addresses = people(count)
        try await run.prepareCampaign(addresses: addresses)
        for _ in 0..<2 { try run.startWorker() }
        try await run.must(["campaign", "start", "c"])
        try await run.waitUntilSent(count)

        // A third is Soft Bounced, a third has no mailbox, a third complains; every report comes twice.
        let part = count / 3
        let events = (0..<UInt32(3 * part)).map { Self.event($0, kind: Int($0) % 3) }
        for round in 0..<4 {
            for start in stride(from: 0, to: events.count, by: 100) where (start / 100) % 2 == round % 2 {
                try await Self.report(Array(events[start..<min(start + 100, events.count)]), to: run.embeddedRedis)
            }
            try await run.replaceCoordinator()
        }
        try await poll("not all is booked: \(run.coordinator.errors)", limit: .seconds(60)) {
            let counts = try await run.statistics()
            return counts.count("Bounced") == part && counts.count("Spam") == part && counts.state == "finished"
        }
        let end = try await run.statistics()
        #expect(end.count("Sent") == count - 2 * part)
        #expect(end.licences.charged == count && end.licences.reserved == 0 && end.licences.released == 0)
        #expect(end.attempts == count + part)
        let audit = try await run.run(["audit"])
        #expect(audit.status == 0, "\(audit.output)")
        try await poll("not everybody got the message again", limit: .seconds(5)) {
            try run.accepted().filter { $0.value == 2 }.count == part
        }
        #expect(try run.accepted().values.allSatisfy { $0 <= 2 })
        let shown = try await run.must(["contacts", "show", addresses[0], "--format", "json"])
        #expect(shown.contains(#""attempts":2,"strikes":1"#), "\(shown)")

        let counts = try await run.must(["inbound", "events", "--format", "json"])
        #expect(counts.contains(#""booked":\#(2 * part),"repeated":\#(2 * part)"#), "\(counts)")
        #expect(counts.contains(#""booked":\#(part),"repeated":\#(part)"#), "\(counts)")
        try await run.stop()
    }

    @Test(
        "The third soft bounce, by SMTP and by mail together, ends the contact, and the mailing with it",
        .timeLimit(.minutes(2)))
    func thirdStrike() async throws {
        let run = try await CampaignRun()
        // Its mailbox is full at the first attempt.
        let addresses = ["full-1.anna@site.example", "ok1@site.example"]
        try await run.prepareCampaign(addresses: addresses)
        try run.startWorker()
        try await run.must(["campaign", "start", "c"])
        try await run.waitUntilSent(2)
        try await Self.report([Self.event(0, kind: 0, id: 1)], to: run.embeddedRedis)
        try await poll("it is not sent again: \(run.coordinator.errors)") {
            let numbers = try await run.statistics()
            return numbers.attempts == 4 && numbers.count("Sent") == 2
        }
        try await Self.report([Self.event(0, kind: 0, id: 2)], to: run.embeddedRedis)
        try await poll("it does not end") { try await run.statistics().count("Bounced") == 1 }
        let numbers = try await run.statistics()
        #expect(numbers.state == "finished" && numbers.licences.charged == 2 && numbers.attempts == 4)
        let listed = try await run.must(["suppressions", "list", "--format", "json"])
        #expect(listed.contains("soft_bounce_limit"), "\(listed)")
        try await Self.report(
            [Self.event(0, kind: 1, id: 3, subject: .clues(InboundClues(recipient: "nobody@site.example")))],
            to: run.embeddedRedis)
        try await poll("it is not listed") {
            try await run.must(["inbound", "events"]).contains("nobody@site.example")
        }
        #expect(try await run.run(["audit"]).status == 0)
        try await run.stop()
    }

    /// A report about the contact at a place of the first mailing: 0 its mailbox is full, 1 there is none, 2 it complains, 3 it leaves.
    /// - Parameter id: tells apart reports of one kind about one contact, and is the number of the shard by which it comes.
    static func event(
        _ ordinal: UInt32, kind: Int, id: UInt8 = 0, subject: InboundEvent.Subject? = nil
    ) -> InboundEvent {
        let classifications = [
            Classification(outcome: .softBounced, reason: .mailboxFull, rule: "P5"),
            Classification(outcome: .bounced, reason: .noSuchUser, rule: "5m"),
            Classification(outcome: .spam, reason: .complaint, rule: "N3"),
            Classification(outcome: .unsubscribed, reason: .optOut, rule: "N3"),
        ]
        let digest = [id, UInt8(kind)] + (0..<4).map { UInt8(truncatingIfNeeded: ordinal >> ($0 * 8)) }
        guard let id = InboundEventID(digest: digest + [UInt8](repeating: 1, count: 10)) else { preconditionFailure() }
        return InboundEvent(
            id: id, source: kind < 2 ? .bounce : .complaint,
            subject: subject ?? .delivery(.init(mailing: MailingID(rawValue: 1), ordinal: ordinal)), time: .now,
            classification: classifications[kind], phase: kind < 2 ? .dsn : .complaint, reply: "as reported")
    }

    static func report(_ events: [InboundEvent], to url: String) async throws {
        let redis = Redis(
            endpoint: try RedisEndpoint(parsing: url), eventLoop: MultiThreadedEventLoopGroup.singleton.next(),
            logger: Logger(label: "test"))
        try await redis.connect()
        let queue = try #require(try await JobQueue.join(on: redis))
        try await queue.report(events)
        await redis.close()
    }
}
