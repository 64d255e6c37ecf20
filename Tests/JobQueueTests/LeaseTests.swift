import Delivery
import NIOCore
import Testing

@testable import JobQueue

@Suite("Leases and the reaper on a real Redis")
struct LeaseTests {
    private let mailing = MailingID(rawValue: 1)

    @Test("A worker without a lease claims nothing")
    func unknownWorker() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 1)
            await #expect(throws: JobQueueError.self) { try await queue.claimed(1, by: WorkerID(rawValue: "ghost#1")) }
            #expect(
                try await queue.only.beat(WorkerID(rawValue: "ghost#1"), lease: .seconds(9), description: "{}").get()
                    == false)
        }
    }

    @Test("Two workers of one name are two workers")
    func epochs() async throws {
        try await withQueue { queue in
            let first = try await queue.worker("same")
            let second = try await queue.worker("same")
            #expect(first != second)
        }
    }

    @Test("A dead worker's jobs go to another, uncharged; its late result wins and the job is not sent again")
    func reapAndLateResult() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 4)
            let dead = try await queue.worker("dead")
            let jobs = try await queue.claimed(2, by: dead)
            try #require(jobs.count == 2)
            try await queue.endLease(of: dead)
            let moved = try await queue.reap(untilGone: dead)
            #expect(moved.returned == 2 && moved.dead == 0 && moved.inDoubt == 0)
            #expect(
                try await queue.only.beat(dead, lease: .seconds(60), description: "{}").get() == false,
                "it never resurrects"
            )
            #expect(try await queue.only.settle([change(jobs[0].id)], by: dead).get() == 1, "a late Sent counts")

            let heir = try await queue.worker("heir")
            let inherited = try await queue.claimed(10, by: heir)
            #expect(Set(inherited.map(\.id.ordinal)) == Set(0..<4).subtracting([jobs[0].id.ordinal]))
            #expect(inherited.allSatisfy { $0.attempts == 0 })
            #expect(
                try await queue.only.postpone(
                    [
                        PostponedJob(
                            job: jobs[1], site: "example.com", delay: .zero, change: change(jobs[1].id, .deferred))
                    ],
                    by: dead
                ).get() == 0, "a late temporary result does not: the job is another's")
        }
    }

    @Test("Jobs of a claim whose answer was lost go back, uncharged")
    func returnFlight() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 700)
            let worker = try await queue.worker()
            let first = try await queue.claimed(500, by: worker)
            let second = try await queue.claimed(200, by: worker)
            while try await queue.only.returnFlight(of: worker).get() > 0 {}
            #expect(try await queue.status(of: [mailing]).mailings[0].waiting == 700)
            let again = try await queue.claimed(500, by: worker) + queue.claimed(500, by: worker)
            #expect(Set(again) == Set(first + second))
        }
    }

    @Test("A worker leaves only when nothing is in its flight")
    func leave() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 1)
            let worker = try await queue.worker()
            let jobs = try await queue.claimed(1, by: worker)
            #expect(try await queue.only.leave(worker).get() == false)
            _ = try await queue.only.settle(jobs.map { change($0.id) }, by: worker).get()
            #expect(try await queue.only.leave(worker).get())
            #expect(try await queue.status(of: []).workers.isEmpty)
        }
    }

    @Test("One coordinator leads; a second book's is refused by the first one's name")
    func leadership() async throws {
        try await withQueue { queue in
            #expect(try await queue.lead(book: "a", description: "first", lease: .seconds(60)) == nil)
            #expect(try await queue.lead(book: "a", description: "first, restarted", lease: .seconds(60)) == nil)
            #expect(try await queue.lead(book: "b", description: "second", lease: .seconds(60)) == "first, restarted")
            try await queue.resign(book: "b")
            #expect(try await queue.lead(book: "b", description: "second", lease: .seconds(60)) == "first, restarted")
            try await queue.resign(book: "a")
            let answer = try await queue.lead(book: "b", description: "second", lease: .seconds(60))
            #expect(answer?.contains("another contact book") == true, "what the first left here is not the second's")
            #expect(try await queue.lead(book: "a", description: "first again", lease: .seconds(60)) == nil)
        }
    }

    @Test("A claim tells of suppressions made after feeding, and they can be asked for")
    func suppressions() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 2)
            let worker = try await queue.worker()
            #expect(try await queue.only.claim(1, for: worker).get().suppressionsExist == false)
            let left = SuppressionNotice(outcome: .unsubscribed, reason: .suppressed)
            try await queue.only.suppress([("user1@example.com", left)])
            #expect(try await queue.only.claim(1, for: worker).get().suppressionsExist)
            #expect(
                try await queue.only.suppressions(of: ["user0@example.com", "user1@example.com"]).get() == [nil, left])
        }
    }
}
