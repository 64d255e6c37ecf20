import Delivery
import NIOCore
import Testing

@testable import JobQueue

@Suite("Transitions on a real Redis")
struct TransitionTests {
    private let mailing = MailingID(rawValue: 1)

    @Test("A batch that was fed already is not fed again")
    func enqueueIsIdempotent() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 10)
            let again = try await queue.only.enqueue(mailing, from: 0, to: 10, jobs: [queue.job(1, 0)])
            #expect(again == .standsAt(10))
            #expect(try await queue.status(of: [mailing]).mailings[0].waiting == 10)
        }
    }

    @Test("A mailing that Redis does not know is not fed")
    func enqueueUnknown() async throws {
        try await withQueue { queue in
            let result = try await queue.only.enqueue(mailing, from: 0, to: 1, jobs: [queue.job(1, 0)])
            #expect(result == .unknownMailing)
        }
    }

    @Test("A claimed job carries all that was fed, and is claimed once")
    func claimOnce() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 25, sites: ["a.example", "b.example"])
            let worker = try await queue.worker()
            let jobs = try await queue.claimed(500, by: worker)
            #expect(Set(jobs) == Set((0..<25).map { queue.job(1, $0, ["a.example", "b.example"]).job }))
            #expect(try await queue.claimed(500, by: worker).isEmpty)
            let status = try await queue.status(of: [mailing])
            #expect(status.workers.map(\.inFlight) == [25])
            #expect(status.mailings[0].waiting == 0)
        }
    }

    @Test("A settled job reaches the stream once, however often it is settled")
    func settleOnce() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 3)
            let worker = try await queue.worker()
            let changes = try await queue.claimed(3, by: worker).map { change($0.id) }
            #expect(try await queue.only.settle(changes, by: worker).get() == 3)
            #expect(try await queue.only.settle(changes, by: worker).get() == 0)
            let entries = try await queue.only.outcomes(after: "0-0", limit: 10)
            #expect(entries.flatMap(\.changes) == changes)
            #expect(try await queue.status(of: [mailing]).workers[0].inFlight == 0)
        }
    }

    @Test("The stream is forgotten up to a booked position and no further")
    func forget() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 2)
            let worker = try await queue.worker()
            for job in try await queue.claimed(2, by: worker) {
                _ = try await queue.only.settle([change(job.id)], by: worker).get()
            }
            let entries = try await queue.only.outcomes(after: "0-0", limit: 10)
            try await queue.only.forgetOutcomes(through: entries[0].position)
            #expect(try await queue.only.outcomes(after: "0-0", limit: 10).map(\.position) == [entries[1].position])
        }
    }

    @Test("A postponed job comes back with its attempt counted, ahead of what waits")
    func postpone() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 3)
            let worker = try await queue.worker()
            var job = try #require(try await queue.claimed(1, by: worker).first)
            job.attempts = 1
            job.strikes = 1
            job.firstAttempt = UnixTime(milliseconds: 5)
            let soft = change(job.id, .softBounced)
            let postponed = PostponedJob(job: job, site: "example.com", delay: .milliseconds(-2000), change: soft)
            #expect(try await queue.only.postpone([postponed], by: worker).get() == 1)
            #expect(try await queue.only.postpone([postponed], by: worker).get() == 0, "repeating it moves nothing")
            #expect(try await queue.only.outcomes(after: "0-0", limit: 10).flatMap(\.changes) == [soft])
            let end = ContinuousClock.now + .seconds(10)
            var back: [DeliveryJob] = []
            while back.isEmpty, ContinuousClock.now < end {
                back = try await queue.claimed(1, by: worker).filter { $0.id == job.id }
                if back.isEmpty { _ = try await queue.status(of: [mailing]) }
            }
            #expect(back == [job])
        }
    }

    @Test("Released jobs go back to the head of their lane as they were")
    func release() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 3)
            let worker = try await queue.worker()
            let first = try await queue.claimed(1, by: worker)
            #expect(try await queue.only.release(first.map(\.id), by: worker).get() == 1)
            #expect(try await queue.only.release(first.map(\.id), by: worker).get() == 0)
            #expect(try await queue.claimed(1, by: worker) == first)
        }
    }

    @Test("A paused mailing is not served, a resumed one is")
    func pauseAndResume() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 5)
            let worker = try await queue.worker()
            #expect(try await queue.pause(mailing))
            #expect(try await queue.claimed(5, by: worker).isEmpty)
            #expect(try await queue.only.enqueue(mailing, from: 5, to: 6, jobs: [queue.job(1, 5)]) == .moved)
            #expect(try await queue.claimed(5, by: worker).isEmpty, "feeding does not wake a paused mailing")
            #expect(try await queue.resume(mailing))
            #expect(try await queue.claimed(10, by: worker).count == 6)
        }
    }

    @Test("A cancelled mailing drops what waits; what is in flight still counts")
    func cancel() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 5, sites: ["a.example", "b.example"])
            let worker = try await queue.worker()
            let flying = try await queue.claimed(2, by: worker)
            try await queue.cancel(mailing)
            #expect(try await queue.claimed(5, by: worker).isEmpty)
            #expect(try await queue.only.settle([change(flying[0].id)], by: worker).get() == 1)
            #expect(try await queue.only.release([flying[1].id], by: worker).get() == 0, "dropped, not returned")
            #expect(try await queue.claimed(5, by: worker).isEmpty)
            #expect(try await queue.only.enqueue(mailing, from: 5, to: 6, jobs: [queue.job(1, 5)]) == .cancelled)
            #expect(try await queue.resume(mailing) == false)
        }
    }

    @Test("Lanes are served in turn, so a big site does not hold up a small one")
    func lanesInTurn() async throws {
        try await withQueue { queue in
            try await queue.publish(
                mailing, content: MailingContent(bytes: [1], version: "v"), paused: false)
            let big = (0..<400).map { queue.job(1, $0, ["big.example"]) }
            let small = (400..<402).map { queue.job(1, $0, ["small.example"]) }
            _ = try await queue.only.enqueue(mailing, from: 0, to: 402, jobs: big + small)
            let worker = try await queue.worker()
            let jobs = try await queue.claimed(20, by: worker)
            #expect(jobs.filter { $0.address.hasSuffix("small.example") }.count == 2)
        }
    }

    @Test("A small mailing beside a big one gets its share")
    func mailingsInTurn() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 900)
            let worker = try await queue.worker()
            for _ in 0..<5 { _ = try await queue.claimed(50, by: worker) }
            try await queue.fill(2, count: 40)
            var served: [MailingID: Int] = [:]
            for _ in 0..<4 {
                for job in try await queue.claimed(20, by: worker) { served[job.id.mailing, default: 0] += 1 }
            }
            #expect(served[MailingID(rawValue: 2)] == 40)
        }
    }
}
