import Contacts
import Delivery
import JobQueue
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import CampaignCoordinator

/// Says of every domain what it was told, and counts the questions.
private final class FixedNaming: SiteNaming {
    private let sites: Mutex<[String: String]>
    private let asked = Mutex<[String: Int]>([:])

    init(_ sites: [String: String]) { self.sites = Mutex(sites) }

    func site(of domain: String) async -> String? {
        asked.withLock { $0[domain, default: 0] += 1 }
        return sites.withLock { $0[domain] }
    }

    func change(_ domain: String, to site: String) { sites.withLock { $0[domain] = site } }
    var questions: [String: Int] { asked.withLock { $0 } }
}

@Suite("Sites of domains")
struct SiteAtlasTests {
    private static let naming = [
        "site0.example": "mx.big.example", "site1.example": "mx.big.example", "site2.example": "mx.small.example",
    ]

    @Test("Domains of one site share a lane; a domain of which nobody knows is a site of its own")
    func lanes() async throws {
        try await CoordinatorFixture.run(contacts: 70) { fixture in
            let feeder = fixture.feeder(of: fixture.queue, naming: FixedNaming(Self.naming))
            try await feeder.settle()
            let worker = try await fixture.queue.only.register("w", lease: .seconds(60), description: "{}").get()
            try await fixture.queue.only.open()
            let jobs = try await fixture.queue.only.claim(500, for: worker).get().jobs
            #expect(jobs.count == 70)
            for job in jobs {
                let domain = job.job.address.split(separator: "@")[1]
                #expect(job.site == Self.naming[String(domain)] ?? String(domain))
            }
        }
    }

    @Test("What was noted stays, also after a restart, until a mailing begins while no other is under way")
    func noted() async throws {
        try await CoordinatorFixture.run(contacts: 7) { fixture in
            let naming = FixedNaming(Self.naming)
            let domains: Set = ["site0.example", "site2.example", "unknown.example"]
            let expected = [
                "site0.example": "mx.big.example", "site2.example": "mx.small.example",
                "unknown.example": "unknown.example",
            ]
            #expect(try await fixture.atlas(naming).sites(of: domains) == expected)
            naming.change("site0.example", to: "mx.moved.example")
            let restarted = fixture.atlas(naming)
            #expect(try await restarted.known(domains) == expected)
            #expect(try await restarted.sites(of: domains) == expected)
            #expect(naming.questions == ["site0.example": 1, "site2.example": 1, "unknown.example": 1])
            try await restarted.renew()
            #expect(try await restarted.sites(of: domains)["site0.example"] == "mx.moved.example")
        }
    }

    @Test("Where held messages of a cancelled mailing lie stays known when the next mailing begins")
    func held() async throws {
        try await CoordinatorFixture.run(contacts: 7) { fixture in
            let naming = FixedNaming(Self.naming)
            try await fixture.feeder(of: fixture.queue, naming: naming).settle()
            let held = StatusChange(
                job: .init(mailing: fixture.mailing, ordinal: 0), time: .now, outcome: .queued, reason: .inDoubtHeld,
                rule: "C3", phase: .dot, attempt: 1, reply: "")
            _ = try await fixture.book.book([held], streamPosition: "1-1", shard: 0, at: .now)
            try await fixture.book.cancel(fixture.mailing, at: .now)
            for domain in Self.naming.keys { naming.change(domain, to: "mx.moved.example") }
            let atlas = fixture.atlas(naming)
            try await atlas.renew()
            let expected = ["site0.example": "mx.big.example"]
            #expect(try await atlas.known(["site0.example", "site1.example"]) == expected)
            #expect(try await atlas.sites(of: ["site1.example"]) == ["site1.example": "mx.moved.example"])
        }
    }
}
