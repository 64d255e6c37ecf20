import Contacts
import Delivery
import JobQueue
import NIOCore
import RedisClient
import TestSupport
import Testing

@testable import CampaignCoordinator

@Suite("What comes back, from the stream to the next attempt")
struct RedelivererTests {
    /// One coordinator's life: what it remembers goes with it.
    private struct Life {
        let fixture: CoordinatorFixture
        let told = ToldMailings()
        let atlas: SiteAtlas

        init(_ fixture: CoordinatorFixture) {
            self.fixture = fixture
            atlas = fixture.atlas()
        }

        var redeliverers: [Redeliverer] {
            fixture.queue.shards.map {
                Redeliverer(
                    book: fixture.book, queue: fixture.queue, shard: $0, told: told, atlas: atlas,
                    logger: fixture.logger)
            }
        }

        var redeliverer: Redeliverer { redeliverers[0] }

        var verifier: Verifier {
            Verifier(
                book: fixture.book, queue: fixture.queue,
                limits: SiteLimitKeeper(
                    book: fixture.book, queue: fixture.queue, configured: [:], logger: fixture.logger),
                told: told, atlas: atlas, logger: fixture.logger)
        }
    }

    private func bounce(
        _ fixture: CoordinatorFixture, _ ordinal: UInt32, _ outcome: Outcome = .softBounced, id: UInt8 = 0,
        after delay: Duration? = .milliseconds(1)
    ) throws -> InboundEvent {
        InboundEvent(
            id: try #require(InboundEventID(digest: [UInt8(ordinal), id] + [UInt8](repeating: 0, count: 14))),
            source: .bounce, subject: .delivery(.init(mailing: fixture.mailing, ordinal: ordinal)), time: .now,
            classification: Classification(
                outcome: outcome, reason: outcome == .softBounced ? .mailboxFull : .noSuchUser, rule: "P5",
                retryAfter: delay),
            phase: .dsn, reply: "452 4.2.2 mailbox full")
    }

    private func live(_ fixture: CoordinatorFixture) async throws -> QueueStatus.Mailing {
        let status = try await fixture.queue.status(of: [fixture.mailing])
        #expect(status.unaccounted == 0)
        return status.mailings[0]
    }

    private func expectBalance(_ fixture: CoordinatorFixture) async throws {
        let audit = try await fixture.book.audit()
        #expect(audit.isBalanced, "\(audit.checks.filter { !$0.ok })")
    }

    /// A campaign that is wholly Sent and booked.
    private func send(_ fixture: CoordinatorFixture, contacts: Int) async throws {
        try await fixture.feeder().settle()
        while try await !fixture.send(100).isEmpty {}
        try await fixture.bookkeeper.settle()
        #expect(try await fixture.book.statistics(campaign: "c").mailings[0].outcomes["Sent"] == contacts)
    }

    @Test("A soft bounce after Sent is attempted again, and the finished mailing ends once more, on the same licences")
    func again() async throws {
        try await CoordinatorFixture.run(contacts: 20) { fixture in
            try await send(fixture, contacts: 20)
            let events = try (0..<5).map { try bounce(fixture, $0) }
            try await fixture.queue.report(events)
            try await fixture.queue.report(events)
            try await fixture.bookkeeper.settle()
            #expect(try await fixture.book.mailing(fixture.mailing).state == .running)
            #expect(try await fixture.book.inboundCounts()["bounce"]?.repeated == 5)
            let life = Life(fixture)
            try await life.redeliverer.settle()
            try await life.redeliverer.settle()
            #expect(try await live(fixture).due == 5)
            try await poll("they are not due") { try await fixture.send(10).count == 5 }
            try await fixture.bookkeeper.settle()
            let numbers = try await fixture.book.statistics(campaign: "c").mailings[0]
            #expect(numbers.state == .finished && numbers.outcomes["Sent"] == 20)
            #expect(numbers.licences.charged == 20 && numbers.attempts == 20)
            #expect(try await fixture.book.redeliveryOrders().isEmpty)
            #expect(try await live(fixture).settled == 20)
            try await expectBalance(fixture)
        }
    }

    @Test("A kill between any two steps repeats nothing and loses nothing", arguments: 0...2)
    func kills(step: Int) async throws {
        try await CoordinatorFixture.run(contacts: 3) { fixture in
            try await send(fixture, contacts: 3)
            try await fixture.queue.report([bounce(fixture, 1)])
            if step == 0 {
                // Booked, and the stream not trimmed.
                let position = try await fixture.book.streamPosition(shard: 0)?.description ?? "0-0"
                let entries = try await fixture.queue.only.outcomes(after: position, limit: 10)
                let last = try #require(entries.last)
                _ = try await fixture.book.book(
                    [], inbound: entries.flatMap(\.events), streamPosition: last.position, shard: 0, at: .now)
            }
            try await fixture.bookkeeper.settle()
            // Told, and not taken down; attempted again, and that not booked.
            if step >= 1 { try await Life(fixture).redeliverer.settle() }
            if step == 2 { try await poll("it is not due") { try await fixture.send(10).count == 1 } }
            let life = Life(fixture)
            _ = try await life.verifier.round()
            try await life.redeliverer.settle()
            try await fixture.feeder().settle()
            try await poll("it is not sent") {
                _ = try await fixture.send(10)
                return try await live(fixture).settled == 3
            }
            try await fixture.bookkeeper.settle()
            let history = try await fixture.book.history(ofAddress: "u1@site1.example").deliveries[0]
            #expect(history.events.map(\.outcome) == ["Queued", "Sent", "Soft Bounced", "Sent"])
            #expect(try await fixture.book.mailing(fixture.mailing).state == .finished)
            try await expectBalance(fixture)
        }
    }

    @Test("A Redis that lost everything gets them again, for their time and not before", arguments: [true, false])
    func wiped(isTold: Bool) async throws {
        try await CoordinatorFixture.run(contacts: 3) { fixture in
            try await send(fixture, contacts: 3)
            try await fixture.queue.report([bounce(fixture, 1, after: nil)])
            try await fixture.bookkeeper.settle()
            let life = Life(fixture)
            if isTold { try await life.redeliverer.settle() }
            _ = try await fixture.redis.submit(["FLUSHALL"], key: "").get()
            _ = try await fixture.redis.submit(["SCRIPT", "FLUSH"], key: "").get()
            _ = try await life.verifier.round()
            try await life.redeliverer.settle()
            #expect(try await live(fixture).due == 0, "the mailing is not known yet")
            try await fixture.feeder().settle()
            try await life.redeliverer.settle()
            try await fixture.feeder().settle()
            let live = try await live(fixture)
            #expect((live.waiting, live.due) == (0, 1))
            #expect(try await fixture.send(10).isEmpty)
            let due = try #require(try await fixture.queue.status(of: []).due.first).at
            #expect(due - .now > .seconds(2800))
        }
    }

    @Test(
        "A Redis that comes back as it was before they were taken up, or before they were attempted, has them attempted again, and nobody else",
        arguments: [false, true])
    func older(isTold: Bool) async throws {
        try await CoordinatorFixture.run(contacts: 20) { fixture in
            try await send(fixture, contacts: 20)
            try await fixture.queue.report((0..<5).map { try bounce(fixture, $0) })
            try await fixture.bookkeeper.settle()
            let life = Life(fixture)
            var picture = try await fixture.picture()
            try await life.redeliverer.settle()
            if isTold { picture = try await fixture.picture() }
            var deferred = 0
            try await poll("they are not due") {
                deferred += try await fixture.postpone(10)
                return deferred == 5
            }
            try await fixture.bookkeeper.settle()
            #expect(try await fixture.book.redeliveryOrders().isEmpty)

            try await fixture.rollBack(to: picture)
            _ = try await life.verifier.round()
            #expect(try await fixture.book.redeliveryOrders().map(\.mailing) == [fixture.mailing])
            try await expectBalance(fixture)
            try await life.redeliverer.settle()
            try await fixture.feeder().settle()
            var sent: [DeliveryJob.ID] = []
            try await poll("they are not attempted again") {
                sent += try await fixture.send(10)
                return sent.count >= 5
            }
            #expect(try await fixture.send(10).isEmpty)
            #expect(sent.map(\.ordinal).sorted() == Array(0..<5))
            try await fixture.bookkeeper.settle()
            let history = try await fixture.book.history(ofAddress: "u1@site1.example").deliveries[0]
            #expect(history.events.map(\.outcome) == ["Queued", "Sent", "Soft Bounced", "Deferred", "Sent"])
            let numbers = try await fixture.book.statistics(campaign: "c").mailings[0]
            #expect(numbers.state == .finished && numbers.outcomes["Sent"] == 20 && numbers.licences.charged == 20)
            #expect(try await live(fixture).settled == 20)
            try await expectBalance(fixture)
        }
    }

    @Test("What its owner had resent when Redis lost it is attempted again")
    func resentAndLost() async throws {
        try await CoordinatorFixture.run(contacts: 2) { fixture in
            try await fixture.feeder().settle()
            #expect(try await fixture.postpone(2, delay: nil) == 2)
            try await fixture.bookkeeper.settle()
            let picture = try await fixture.picture()
            let ordinals: [UInt32] = [0, 1]
            #expect(try await fixture.queue.resolve(fixture.mailing, .inDoubt, ordinals: ordinals, as: .resend) == 2)
            try await fixture.bookkeeper.settle()
            try await fixture.rollBack(to: picture)
            let life = Life(fixture)
            _ = try await life.verifier.round()
            try await life.redeliverer.settle()
            var sent = 0
            try await poll("they are not attempted") {
                sent += try await fixture.send(10).count
                return sent == 2
            }
            try await fixture.bookkeeper.settle()
            let live = try await live(fixture)
            #expect(live.settled == 2 && live.inDoubt == 0)
            #expect(try await fixture.book.mailing(fixture.mailing).state == .finished)
            try await expectBalance(fixture)
        }
    }

    @Test("What waits in its own shard is left there, though the others have it as over")
    func manyShards() async throws {
        try await CoordinatorFixture.run(contacts: 28) { fixture in
            let queue = JobQueue(redis: fixture.redis, shards: 4)
            let sharded = CoordinatorFixture(
                book: fixture.book, queue: queue, redis: fixture.redis, mailing: fixture.mailing)
            let life = Life(sharded)
            try await sharded.feeder().settle()
            #expect(try await sharded.send(100).count == 28)
            try await sharded.bookAll()
            // From here on every shard has every bit.
            try await fixture.flushScripts()
            _ = try await life.verifier.round()
            try await queue.report((0..<28).map { try bounce(sharded, $0) })
            try await sharded.bookAll()
            for redeliverer in life.redeliverers { try await redeliverer.settle() }
            var deferred = 0
            try await poll("they are not due") {
                deferred += try await sharded.postpone(100)
                return deferred == 28
            }
            try await sharded.bookAll()
            try await fixture.flushScripts()
            _ = try await life.verifier.round()
            #expect(try await fixture.book.redeliveryOrders().isEmpty)
            #expect(try await live(sharded).due == 28)
            try await expectBalance(fixture)
        }
    }

    @Test("A mailing that was cleared away is taken up again, with no more than what came back")
    func clearedAway() async throws {
        try await CoordinatorFixture.run(contacts: 10) { fixture in
            try await send(fixture, contacts: 10)
            try await fixture.queue.forget(fixture.mailing)
            try await fixture.queue.report([bounce(fixture, 4)])
            try await fixture.bookkeeper.settle()
            let life = Life(fixture)
            try await life.redeliverer.settle()
            try await fixture.feeder().settle()
            try await life.redeliverer.settle()
            var sent: [DeliveryJob.ID] = []
            try await poll("it is not due") {
                sent += try await fixture.send(10)
                return !sent.isEmpty
            }
            #expect(sent.map(\.ordinal) == [4])
            try await fixture.bookkeeper.settle()
            #expect(try await fixture.book.mailing(fixture.mailing).state == .finished)
            try await expectBalance(fixture)
        }
    }

    @Test(
        "What the queue still has of a contact that bounced is called off, and a Redis that comes back hears who is suppressed"
    )
    func ends() async throws {
        try await CoordinatorFixture.run(contacts: 4) { fixture in
            try await fixture.feeder().settle()
            _ = try await fixture.book.book(
                inbound: [bounce(fixture, 2, .bounced)], at: UnixTime(milliseconds: UnixTime.now.milliseconds - 31_000))
            let life = Life(fixture)
            try await life.redeliverer.settle()
            #expect(try await fixture.book.callOffs(at: .now).isEmpty)
            #expect(try await fixture.send(10).map(\.ordinal).sorted() == [0, 1, 3])
            #expect(try await live(fixture).settled == 4)

            // Suppressed in the book by a coordinator that was killed before it told anybody.
            let second = try await fixture.book.createCampaign(
                name: "d", list: "l", template: #"{"from":{"address":"s@example.org"},"subject":"x","text":"y"}"#,
                retry: "{}", at: .now)
            try await fixture.book.start(second.mailings[0].id, at: .now)
            _ = try await fixture.book.prepare(second.mailings[0].id, at: .now)
            _ = try await fixture.book.addSuppressions(["u0@site0.example"], at: .now)
            try await SuppressionTeller(book: fixture.book, queue: fixture.queue).tellAll(fixture.queue.shards)
            let keys = ["u0@site0.example", "u1@site1.example", "u2@site2.example"]
            let known = try await fixture.queue.only.suppressions(of: keys).get()
            #expect(known.map { $0?.outcome } == [.unsubscribed, nil, nil])
        }
    }
}
