import Delivery
import NIOCore
import Testing

@testable import JobQueue

@Suite("Mailings that a worker leaves to others, on a real Redis")
struct PassingTests {
    private let keyed = MailingID(rawValue: 1)
    private let plain = MailingID(rawValue: 2)

    @Test("what a worker passes stays for others, and the worker gets all else")
    func passing() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 5)
            try await queue.fill(2, count: 3)
            let without = try await queue.worker("without")
            let claim = try await queue.only.claim(100, for: without, passing: [keyed]).get()
            #expect(claim.jobs.count == 3 && claim.jobs.allSatisfy { $0.job.id.mailing == plain })
            let nothing = try await queue.only.claim(100, for: without, passing: [keyed]).get()
            #expect(nothing.jobs.isEmpty && nothing.nextIn == nil, "it does not ask again and again for what it passes")
            let with = try await queue.worker("with")
            #expect(try await queue.claimed(100, by: with).count == 5)
        }
    }

    @Test("more mailings than are looked at in a call do not hide the others")
    func manyPassed() async throws {
        try await withQueue { queue in
            for mailing in 1...30 as ClosedRange<UInt32> { try await queue.fill(mailing, count: 1) }
            let worker = try await queue.worker()
            let passed = (1...29).map { MailingID(rawValue: $0) }
            let claim = try await queue.only.claim(100, for: worker, passing: passed).get()
            #expect(claim.jobs.map(\.job.id.mailing) == [MailingID(rawValue: 30)])
        }
    }

    @Test("what was passed for long has no arrears when somebody serves it, nor has a newcomer")
    func noArrears() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 300)
            try await queue.fill(2, count: 300)
            let without = try await queue.worker("without")
            for _ in 0..<10 { _ = try await queue.only.claim(20, for: without, passing: [keyed]).get() }
            try await queue.fill(3, count: 300)
            let with = try await queue.worker("with")
            var shares: [MailingID: Int] = [:]
            for _ in 0..<9 {
                for job in try await queue.claimed(10, by: with) { shares[job.id.mailing, default: 0] += 1 }
            }
            #expect(shares.count == 3 && shares.values.allSatisfy { $0 >= 20 }, "\(shares)")
        }
    }

    @Test("the picture says what workers lack, and whether anybody is left")
    func lacks() async throws {
        try await withQueue { queue in
            func describe(_ lacks: [MailingID: String]) -> String {
                WorkerDescription(host: "h", pid: 1, relay: "r", condition: "it \"works\"", lacks: lacks).json
            }
            let worker = try await queue.only.register(
                "a", lease: .seconds(60), description: describe([keyed: "a key for example.org"])
            ).get()
            let alone = try await queue.status(of: [keyed])
            #expect(alone.lack(for: keyed) == .init(reason: "a key for example.org", workers: 1, concernsAll: true))
            #expect(alone.lack(for: plain) == nil)
            #expect(WorkerDescription(json: alone.workers[0].description)?.condition == "it \"works\"")
            _ = try await queue.only.register("b", lease: .seconds(60), description: describe([:])).get()
            #expect(try await queue.status(of: []).lack(for: keyed)?.concernsAll == false)
            try await queue.endLease(of: worker)
            #expect(try await queue.status(of: []).lack(for: keyed) == nil, "the dead say nothing")
        }
    }
}
