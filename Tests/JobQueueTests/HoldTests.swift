import Delivery
import NIOCore
import Testing

@testable import JobQueue

@Suite("What is held until a person decides, on a real Redis")
struct HoldTests {
    private let mailing = MailingID(rawValue: 1)

    @Test("Under hold, what was about to be sent when its worker died is held; what only waited goes back")
    func heldInDoubt() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 4, inDoubt: .hold)
            let worker = try await queue.worker()
            let jobs = try await queue.claimed(4, by: worker)
            #expect(try await queue.only.air(jobs[0...1].map(\.id), by: worker).get() == [true, true])
            try await queue.endLease(of: worker)
            let moved = try await queue.reap(untilGone: worker)
            #expect(moved.returned == 2 && moved.inDoubt == 2 && moved.dead == 0)
            let status = try await queue.status(of: [mailing]).mailings[0]
            #expect(status.inDoubt == 2 && status.waiting == 2 && status.inFlight == 0)
            let told = try await queue.only.outcomes(after: "0-0", limit: 10).flatMap(\.changes)
            #expect(Set(told.map(\.job)) == Set(jobs[0...1].map(\.id)))
            #expect(told.allSatisfy { $0.outcome == .queued && $0.reason == .inDoubtHeld && $0.attempt == 0 })
            let heir = try await queue.worker()
            #expect(Set(try await queue.claimed(10, by: heir).map(\.id)) == Set(jobs[2...3].map(\.id)))
        }
    }

    @Test("A late Sent of a lost worker ends what is held")
    func lateSent() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 1, inDoubt: .hold)
            let worker = try await queue.worker()
            let job = try #require(try await queue.claimed(1, by: worker).first)
            _ = try await queue.only.air([job.id], by: worker).get()
            try await queue.endLease(of: worker)
            _ = try await queue.reap(untilGone: worker)
            #expect(try await queue.only.settle([change(job.id)], by: worker).get() == 1)
            #expect(try await queue.only.settle([change(job.id)], by: worker).get() == 0)
            let status = try await queue.status(of: [mailing]).mailings[0]
            #expect(status.inDoubt == 0 && status.settled == 1)
        }
    }

    @Test("A job held after a lost answer is sent again, or settled, once its owner says so", arguments: [true, false])
    func resolve(resend: Bool) async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 2, inDoubt: .hold)
            let worker = try await queue.worker()
            let jobs = try await queue.claimed(2, by: worker)
            let changes = jobs.map { change($0.id, .queued) }
            let held = zip(jobs, changes).map { PostponedJob(job: $0, site: "example.com", delay: nil, change: $1) }
            #expect(try await queue.only.postpone(held, by: worker).get() == 2)
            #expect(try await queue.status(of: [mailing]).mailings[0].inDoubt == 2)
            let ordinals = jobs.map(\.id.ordinal)
            let found = try await queue.resolve(mailing, .inDoubt, ordinals: ordinals, as: resend ? .resend : .sent)
            #expect(found == 2)
            #expect(try await queue.resolve(mailing, .inDoubt, ordinals: ordinals, as: .resend) == 0, "once only")
            let again = try await queue.claimed(10, by: worker)
            #expect(Set(again.map(\.id)) == (resend ? Set(jobs.map(\.id)) : []))
            #expect(again.allSatisfy { $0.isInDoubt })
            let told = try await queue.only.outcomes(after: "0-0", limit: 10).flatMap(\.changes).suffix(2)
            #expect(told.allSatisfy { $0.reason == (resend ? .resentByOwner : .confirmedByOwner) })
            #expect(try await queue.status(of: [mailing]).unaccounted == 0)
        }
    }

    @Test("A job that was about to be sent by four workers that died is dead; one that waited in their hands is not")
    func poison() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 2)
            for round in 1...4 {
                let worker = try await queue.worker("victim")
                let jobs = try await queue.only.claim(2, for: worker).get().jobs
                try #require(jobs.count == 2)
                #expect(jobs.allSatisfy { ($0.recoveries > 0) == (round > 1) })
                let poison = try #require(jobs.first { $0.job.id.ordinal == 0 })
                if round > 1 { _ = try await queue.only.air([poison.job.id], by: worker).get() }
                try await queue.endLease(of: worker)
                let moved = try await queue.reap(untilGone: worker)
                #expect(moved.dead == (round == 4 ? 1 : 0))
            }
            let status = try await queue.status(of: [mailing]).mailings[0]
            #expect(status.dead == 1 && status.waiting == 1)
            #expect(try await queue.resolve(mailing, .dead, ordinals: [0], as: .resend) == 1)
            let worker = try await queue.worker()
            #expect(try await queue.only.claim(2, for: worker).get().jobs.count == 2)
        }
    }

    @Test("A job that was marked and not sent is as it was when it is given back")
    func releaseUnmarks() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 1, inDoubt: .hold)
            for _ in 1...6 {
                let worker = try await queue.worker()
                let jobs = try await queue.claimed(1, by: worker)
                _ = try await queue.only.air(jobs.map(\.id), by: worker).get()
                #expect(try await queue.only.release(jobs.map(\.id), by: worker).get() == 1)
            }
            let worker = try await queue.worker()
            _ = try await queue.claimed(1, by: worker)
            try await queue.endLease(of: worker)
            let moved = try await queue.reap(untilGone: worker)
            #expect(moved.returned == 1 && moved.inDoubt == 0 && moved.dead == 0)
        }
    }

    @Test("A job that has gone to another worker must not be sent, and without a lease none may")
    func airOfAnother() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 2, inDoubt: .hold)
            let worker = try await queue.worker()
            let jobs = try await queue.claimed(2, by: worker)
            _ = try await queue.only.release([jobs[0].id], by: worker).get()
            #expect(try await queue.only.air(jobs.map(\.id), by: worker).get() == [false, true])
            try await queue.endLease(of: worker)
            await #expect(throws: JobQueueError.self) {
                try await queue.only.air([jobs[1].id], by: worker).get()
            }
        }
    }

    @Test("A Redis that lost its data gets its held jobs back as held")
    func enqueueHeld() async throws {
        try await withQueue { queue in
            try await queue.publish(mailing, content: MailingContent(bytes: [1], version: "v"), paused: false)
            _ = try await queue.only.enqueue(
                mailing, from: 0, to: 2, jobs: [queue.job(1, 0)], held: [(queue.job(1, 1), .inDoubt)])
            let worker = try await queue.worker()
            #expect(try await queue.claimed(10, by: worker).map(\.id.ordinal) == [0])
            #expect(try await queue.resolve(mailing, .inDoubt, ordinals: [1], as: .resend) == 1)
            #expect(try await queue.claimed(10, by: worker).map(\.id.ordinal) == [1])
        }
    }
}
