import Delivery
import NIOCore
import Testing

@testable import JobQueue

@Suite("Jobs that were settled and came back, on a real Redis")
struct RedeliveryTests {
    private let mailing = MailingID(rawValue: 1)
    /// The past: what is due then is due at once.
    private let past = UnixTime(milliseconds: 1000)

    private func order(_ queue: JobQueue, _ ordinal: UInt32, number: Int64 = 1, due: UnixTime? = nil) -> RedeliveryOrder
    {
        var job = queue.job(1, ordinal).job
        job.attempts = 1
        job.strikes = 1
        return RedeliveryOrder(job: job, site: "example.com", number: number, due: due ?? past)
    }

    /// A mailing of so many jobs, all settled.
    private func settled(_ queue: JobQueue, count: UInt32) async throws -> WorkerID {
        try await queue.fill(1, count: count)
        let worker = try await queue.worker()
        let jobs = try await queue.claimed(Int(count), by: worker)
        #expect(try await queue.only.settle(jobs.map { change($0.id) }, by: worker).get() == Int(count))
        return worker
    }

    private func picture(_ queue: JobQueue) async throws -> [Int] {
        let status = try await queue.status(of: [mailing])
        #expect(status.unaccounted == 0)
        let live = status.mailings[0]
        #expect(live.fed == live.waiting + live.inFlight + live.due + live.closed)
        return [live.waiting, live.due, live.inFlight, live.settled]
    }

    @Test("An order is carried out once, however often it is repeated, and the job is settled once more")
    func once() async throws {
        try await withQueue { queue in
            let worker = try await settled(queue, count: 3)
            let orders = [order(queue, 0), order(queue, 2, number: 2)]
            for _ in 0..<3 { #expect(try await queue.only.redeliver(mailing, orders)) }
            #expect(try await picture(queue) == [0, 2, 0, 1])
            let again = try await queue.claimed(10, by: worker)
            #expect(Set(again.map(\.id.ordinal)) == [0, 2])
            #expect(again.allSatisfy { $0.strikes == 1 && $0.attempts == 1 && $0.fields == ["Ada", "Zoë"] })
            #expect(try await picture(queue) == [0, 0, 2, 1])
            #expect(try await queue.only.redeliver(mailing, orders))
            #expect(try await queue.only.settle(again.map { change($0.id) }, by: worker).get() == 2)
            #expect(try await queue.only.redeliver(mailing, orders))
            #expect(try await picture(queue) == [0, 0, 0, 3])
            #expect(try await queue.claimed(10, by: worker).isEmpty)

            #expect(try await queue.only.redeliver(mailing, [order(queue, 0, number: 3)]))
            #expect(try await queue.claimed(10, by: worker).map(\.id.ordinal) == [0])
        }
    }

    @Test("It waits for its time, and until then no older copy of it is sent")
    func olderCopies() async throws {
        try await withQueue { queue in
            // A worker that was thought dead tells late that it has sent what waits again for another.
            try await queue.fill(1, count: 1)
            let lost = try await queue.worker()
            let job = try #require(try await queue.claimed(1, by: lost).first)
            try await queue.endLease(of: lost)
            _ = try await queue.reap(untilGone: lost)
            #expect(try await queue.only.settle([change(job.id)], by: lost).get() == 1)
            #expect(try await picture(queue) == [1, 0, 0, 1])

            let due = UnixTime.now + .seconds(3600)
            #expect(try await queue.only.redeliver(mailing, [order(queue, 0, due: due)]))
            let worker = try await queue.worker()
            #expect(try await queue.claimed(10, by: worker).isEmpty)
            #expect(try await picture(queue) == [0, 1, 0, 0])
            let status = try await queue.status(of: [mailing])
            #expect(status.due.map(\.jobs) == [1])
            #expect(try #require(status.due.first).at >= due)
        }
    }

    @Test("A Redis that does not know the mailing says so, and one that has not had the job takes it as new")
    func elsewhere() async throws {
        try await withQueue { queue in
            #expect(try await queue.only.redeliver(mailing, [order(queue, 0)]) == false)
            try await queue.publish(mailing, content: nil, paused: false)
            #expect(try await queue.only.redeliver(mailing, [order(queue, 0)]))
            let worker = try await queue.worker()
            let jobs = try await queue.claimed(10, by: worker)
            #expect(jobs.map(\.id.ordinal) == [0])
            #expect(try await picture(queue) == [0, 0, 1, 0])
            #expect(try await queue.only.settle(jobs.map { change($0.id) }, by: worker).get() == 1)
            #expect(try await picture(queue) == [0, 0, 0, 1])
            try await queue.forget(mailing)
            #expect(try await queue.only.redeliver(mailing, [order(queue, 0)]) == false)
        }
    }

    @Test("A cancelled mailing takes none, a paused one keeps them")
    func orders() async throws {
        try await withQueue { queue in
            let worker = try await settled(queue, count: 2)
            _ = try await queue.pause(mailing)
            #expect(try await queue.only.redeliver(mailing, [order(queue, 0)]))
            #expect(try await queue.claimed(10, by: worker).isEmpty)
            #expect(try await picture(queue) == [1, 0, 0, 1])
            _ = try await queue.resume(mailing)
            #expect(try await queue.claimed(10, by: worker).count == 1)
            try await queue.cancel(mailing)
            #expect(try await queue.only.redeliver(mailing, [order(queue, 1)]))
            #expect(try await queue.claimed(10, by: worker).isEmpty)
        }
    }

    @Test("What is called off is claimed no more, wherever it is", arguments: [true, false])
    func callOff(cameBack: Bool) async throws {
        try await withQueue { queue in
            let worker: WorkerID
            if cameBack {
                worker = try await settled(queue, count: 2)
                #expect(try await queue.only.redeliver(mailing, [order(queue, 0), order(queue, 1)]))
            } else {
                try await queue.fill(1, count: 2)
                worker = try await queue.worker()
            }
            for _ in 0..<2 { #expect(try await queue.only.callOff(mailing, ordinals: [1]).isEmpty) }
            #expect(try await queue.claimed(10, by: worker).map(\.id.ordinal) == [0])
            #expect(try await picture(queue) == [0, 0, 1, 1])
            #expect(
                try await queue.only.outcomes(after: "0-0", limit: 10).flatMap(\.changes).count == (cameBack ? 2 : 0))
        }
    }

    @Test("What is held is held no more once it is called off")
    func callOffHeld() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 1, inDoubt: .hold)
            let worker = try await queue.worker()
            let job = try #require(try await queue.claimed(1, by: worker).first)
            let held = PostponedJob(job: job, site: "example.com", delay: nil, change: change(job.id, .queued))
            #expect(try await queue.only.postpone([held], by: worker).get() == 1)
            #expect(try await queue.only.callOff(mailing, ordinals: [0]).isEmpty)
            #expect(try await queue.status(of: [mailing]).mailings[0].inDoubt == 0)
            #expect(try await queue.resolve(mailing, .inDoubt, ordinals: [0], as: .resend) == 0)
            #expect(try await picture(queue) == [0, 0, 0, 1])
        }
    }

    @Test("What is in flight is not called off: its result is news")
    func callOffInFlight() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 3)
            let worker = try await queue.worker()
            let jobs = try await queue.claimed(2, by: worker)
            #expect(try await Set(queue.only.callOff(mailing, ordinals: [0, 1, 2])) == Set(jobs.map(\.id.ordinal)))
            #expect(try await queue.only.settle(jobs.map { change($0.id) }, by: worker).get() == 2)
            #expect(try await queue.only.callOff(mailing, ordinals: [0, 1, 2]).isEmpty)
            #expect(try await queue.claimed(10, by: worker).isEmpty)
            #expect(try await picture(queue) == [0, 0, 0, 3])
        }
    }

    @Test(
        "A Redis that came back older takes up nothing that the book has as over, and what a later order put aside once"
    )
    func olderRedis() async throws {
        try await withQueue { queue in
            let worker = try await settled(queue, count: 4)
            #expect(try await queue.only.redeliver(mailing, (0..<3).map { order(queue, $0) }))
            // As the book has it: 0 was attempted again and is over, 1 came back once more, 2 was not attempted yet.
            try await queue.only.restore(mailing, settled: [0b1001_0000])
            #expect(try await queue.only.redeliver(mailing, [order(queue, 1, number: 9), order(queue, 2)]))
            #expect(try await picture(queue) == [0, 4, 0, 0])
            let claimed = try await queue.claimed(10, by: worker)
            #expect(claimed.map(\.id.ordinal).sorted() == [1, 2])
            #expect(try await queue.only.settle(claimed.map { change($0.id) }, by: worker).get() == 2)
            #expect(try await queue.claimed(10, by: worker).isEmpty)
            // And if it comes back after that, it is taken up.
            #expect(try await queue.only.redeliver(mailing, [order(queue, 0, number: 10)]))
            #expect(try await queue.claimed(10, by: worker).map(\.id.ordinal) == [0])
        }
    }

    @Test("An order that was put aside is carried out though an older picture of the book was restored after it")
    func olderPicture() async throws {
        try await withQueue { queue in
            let worker = try await settled(queue, count: 1)
            #expect(try await queue.only.redeliver(mailing, [order(queue, 0, number: 12)]))
            try await queue.only.restore(mailing, settled: [0b1000_0000])
            #expect(try await queue.only.redeliver(mailing, [order(queue, 0, number: 12)]))
            #expect(try await picture(queue) == [0, 1, 0, 0])
            #expect(try await queue.claimed(10, by: worker).map(\.id.ordinal) == [0])
        }
    }
}
