import Delivery
import NIOCore
import RedisClient
import Testing

@testable import JobQueue

@Suite("The messages under way to sites whose connections are limited are counted rightly, on a real Redis")
struct ConnectionCountTests {
    private static let site = JobQueue.narrow

    /// How a job can leave a worker's flight.
    enum WayOut: CaseIterable {
        case settled, postponed, held, released, returned, reaped
    }

    @Test("However a job leaves a flight, its connection is free then, and only once", arguments: WayOut.allCases)
    func wayOut(_ way: WayOut) async throws {
        try await withQueue { queue in
            try await queue.limitedFill()
            let worker = try await queue.worker()
            let other = try await queue.worker("other")
            let jobs = try await queue.claimed(10, by: worker)
            #expect(jobs.count == 3)
            #expect(try await queue.claimed(10, by: other).isEmpty)
            #expect(try await queue.underWay() == 3)
            for _ in 1...2 { try await leave(jobs[0], by: worker, way, queue) }
            #expect(try await queue.underWay() == (way == .returned || way == .reaped ? 0 : 2))
            #expect(
                try await queue.claimed(10, by: other).isEmpty == false, "a lane that was turned away goes on at once")
            #expect(try await queue.only.mend() == (0, 0))
        }
    }

    private func leave(_ job: DeliveryJob, by worker: WorkerID, _ way: WayOut, _ queue: JobQueue) async throws {
        func postpone(_ delay: Duration?) async throws {
            let aside = PostponedJob(job: job, site: Self.site, delay: delay, change: change(job.id, .deferred))
            _ = try await queue.only.postpone([aside], by: worker).get()
        }
        switch way {
        case .settled: _ = try await queue.only.settle([change(job.id)], by: worker).get()
        case .postponed: try await postpone(.seconds(600))
        case .held: try await postpone(nil)
        case .released: _ = try await queue.only.release([job.id], by: worker).get()
        case .returned: _ = try await queue.only.returnFlight(of: worker).get()
        case .reaped:
            try await queue.endLease(of: worker)
            _ = try await queue.reap(untilGone: worker)
        }
    }

    @Test("What a lost worker tells late frees nothing that another worker has by now")
    func late() async throws {
        try await withQueue { queue in
            try await queue.limitedFill(count: 3)
            let lost = try await queue.worker("lost")
            let jobs = try await queue.claimed(10, by: lost)
            try await queue.endLease(of: lost)
            _ = try await queue.reap(untilGone: lost)
            let other = try await queue.worker("other")
            try await queue.letPass(.seconds(1))
            #expect(try await queue.claimed(10, by: other).count == 3)
            #expect(try await queue.only.settle(jobs.map { change($0.id) }, by: lost).get() == 3)
            #expect(try await queue.underWay() == 3, "the other worker still has them")
            #expect(try await queue.only.settle(jobs.map { change($0.id) }, by: other).get() == 0)
            #expect(try await queue.underWay() == 0)
        }
    }

    @Test("A message that was under way before its site got a limit neither takes nor frees a connection")
    func earlier() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 10, sites: [Self.site])
            let worker = try await queue.worker()
            let before = try await queue.claimed(2, by: worker)
            try await queue.setSiteLimit(SiteLimit(connections: 3), for: Self.site)
            #expect(try await queue.claimed(10, by: worker).count == 3)
            _ = try await queue.only.settle(before.map { change($0.id) }, by: worker).get()
            #expect(try await queue.underWay() == 3)
            #expect(try await queue.only.mend() == (0, 0))
        }
    }

    @Test("A wrong count is found and put right, also while work goes on", arguments: [0, 1, 3, 7, -7])
    func miscounted(_ wrong: Int) async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 60, sites: [Self.site])
            try await queue.setSiteLimit(SiteLimit(connections: 20), for: Self.site)
            let workers = [try await queue.worker("a"), try await queue.worker("b"), try await queue.worker("c")]
            var flights: [[DeliveryJob]] = []
            for worker in workers { flights.append(try await queue.claimed(2, by: worker)) }
            let known = wrong == 0 ? 6 : wrong
            if wrong != 0 { try await queue.setUnderWay(known) }

            var cursor = "0"
            var found = 0
            var steps = 0
            repeat {
                // One worker's flight a call.
                let answer = try await queue.only.evaluate(QueueScripts.mend, [.init(cursor), .init(1)]).get()
                guard case .array(let parts) = answer, parts.count == 3, case .integer(let connections) = parts[2]
                else {
                    throw JobQueueError.unexpected("mend")
                }
                cursor = try #require(parts[0].text)
                found += Int(connections)
                steps += 1
                guard cursor != "0" else { break }
                // Each worker ends one job and claims another; a new one comes, too.
                for (n, worker) in workers.enumerated() {
                    if let job = flights[n].popLast() {
                        _ = try await queue.only.settle([change(job.id)], by: worker).get()
                    }
                    flights[n] += try await queue.claimed(1, by: worker)
                }
                if steps % 4 == 0 {
                    flights.append(try await queue.claimed(1, by: try await queue.worker("new")))
                }
            } while steps < 100
            #expect(cursor == "0" && steps > workers.count)
            #expect(found == abs(6 - abs(known)))
            // A count that is too low may pass zero while jobs end: then it takes another round.
            if wrong > 0, wrong < 6 { _ = try await queue.only.mend() }
            #expect(try await queue.underWay() == flights.reduce(0) { $0 + $1.count })
            #expect(try await queue.only.mend() == (0, 0), "and now it is in order")
        }
    }
}

extension JobQueue {
    fileprivate static let narrow = "narrow.example"

    /// A mailing to one site, to which three messages may be under way.
    fileprivate func limitedFill(count: UInt32 = 20) async throws {
        try await fill(1, count: count, sites: [Self.narrow])
        try await setSiteLimit(SiteLimit(connections: 3), for: Self.narrow)
    }

    fileprivate func underWay() async throws -> Int? {
        try await pace(of: [Self.narrow]).first?.underWay
    }

    fileprivate func setUnderWay(_ number: Int) async throws {
        _ = try await only.command(["HSET", .init(only.keys.prefix + "busy"), .init(Self.narrow), .init(number)]).get()
    }
}
