import Delivery
import NIOCore
import RedisClient
import Testing

@testable import JobQueue

@Suite("The pace of sites, quotas and windows, on a real Redis")
struct PaceTests {
    private let mailing = MailingID(rawValue: 1)

    @Test("A site with a rate gets its burst, then one message each interval; other sites are not held up")
    func rate() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 100, sites: ["slow.example", "fast.example"])
            let limit = SiteLimit(rate: .init(messages: 1, seconds: 50), burst: 3)
            try await queue.setSiteLimit(limit, for: "slow.example")
            let worker = try await queue.worker()
            func count() async throws -> (slow: Int, fast: Int) {
                var count = (slow: 0, fast: 0)
                while true {
                    let jobs = try await queue.only.claim(20, for: worker).get().jobs
                    guard !jobs.isEmpty else { return count }
                    for entry in jobs {
                        #expect(entry.siteIsPaced == (entry.site == "slow.example") && !entry.siteCountsConnections)
                        if entry.siteIsPaced { count.slow += 1 } else { count.fast += 1 }
                    }
                }
            }
            #expect(try await count() == (3, 50))
            let wait = try #require(try await queue.only.claim(20, for: worker).get().nextIn)
            #expect(wait > .seconds(25) && wait <= .seconds(50), "the answer says exactly when the next may go")
            try await queue.letPass(wait)
            #expect(try await count().slow == 1)
            try await queue.letPass(.seconds(105))
            #expect(try await count().slow == 2)
            try await queue.letPass(.seconds(10_000))
            #expect(try await count().slow == 3, "after a quiet time no more than the burst")
        }
    }

    @Test(
        "A limit that is loosened or taken away holds at once, for the site alone or for all",
        arguments: ["example.com", "*"])
    func loosened(site: String) async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 20)
            try await queue.setSiteLimit(SiteLimit(rate: .init(messages: 1, seconds: 3600)), for: site)
            let worker = try await queue.worker()
            #expect(try await queue.claimed(10, by: worker).count == 1)
            #expect(try await queue.claimed(10, by: worker).isEmpty)
            try await queue.setSiteLimit(SiteLimit(rate: .init(messages: 1, seconds: 3600), burst: 4), for: site)
            #expect(try await queue.claimed(10, by: worker).count == 4)
            try await queue.setSiteLimit(nil, for: site)
            #expect(try await queue.claimed(10, by: worker).count == 10)
        }
    }

    @Test("A message may go 25 ms before its time, so that a high rate goes in groups and is reached")
    func early() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 100)
            try await queue.setSiteLimit(SiteLimit(rate: .init(messages: 200, seconds: 1)), for: "example.com")
            let worker = try await queue.worker()
            let claim = try await queue.only.claim(50, for: worker).get()
            #expect(claim.jobs.count == 1 + 5)
            #expect(claim.nextIn == .milliseconds(10), "not for each message, which would be 5 ms")
            try await Task.sleep(for: .milliseconds(500))
            #expect(try await queue.claimed(50, by: worker).count == 1 + 5, "a pause earns no more")
        }
    }

    @Test("Two mailings share the rate of a site")
    func sharedRate() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 50)
            try await queue.fill(2, count: 50)
            try await queue.setSiteLimit(SiteLimit(rate: .init(messages: 1, seconds: 100), burst: 8), for: "*")
            let worker = try await queue.worker()
            #expect(try await queue.claimed(50, by: worker).count == 8)
            #expect(try await queue.claimed(50, by: worker).isEmpty)
            try await queue.setSiteLimit(nil, for: "*")
        }
    }

    @Test("No more messages are under way to a site than it has connections; what ends lets the next ones go at once")
    func connections() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 20)
            try await queue.setSiteLimit(SiteLimit(connections: 3), for: "example.com")
            let first = try await queue.worker("a")
            let second = try await queue.worker("b")
            let claim = try await queue.only.claim(10, for: first).get().jobs
            #expect(claim.count == 3 && claim.allSatisfy { $0.siteIsPaced && $0.siteCountsConnections })
            let jobs = claim.map(\.job)
            #expect(try await queue.claimed(10, by: second).isEmpty)
            let news = SiteNews(site: "example.com", sent: 1)
            _ = try await queue.only.settle([change(jobs[0].id)], by: first, news: [news]).get()
            _ = try await queue.only.settle([change(jobs[0].id)], by: first, news: [news]).get()
            let next = try await queue.claimed(10, by: second)
            #expect(next.count == 1, "a result that is told twice frees one slot")
            _ = try await queue.only.release([jobs[1].id], by: first).get()
            #expect(try await queue.claimed(10, by: second).count == 1)
            try await queue.endLease(of: first)
            _ = try await queue.reap(untilGone: first)
            #expect(try await queue.claimed(10, by: second).count == 1, "what a dead worker held is free again")
            let pace = try #require(try await queue.pace(of: ["example.com"]).first)
            #expect(pace.underWay == 3 && pace.limit == SiteLimit(connections: 3) && pace.limitIsOwn)
        }
    }

    @Test(
        "A site that asks for less is left alone once, then gets half; what it accepts brings its rate back bit by bit")
    func backOff() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 50)
            try await queue.setSiteLimit(
                SiteLimit(rate: .init(messages: 10, seconds: 1), burst: 5), for: "example.com")
            let worker = try await queue.worker()
            let jobs = try await queue.claimed(2, by: worker)
            func backOff(named: Duration? = nil) async throws -> Duration {
                try await queue.only.backOff(
                    site: "example.com", .slow, named: named, interval: 4, pause: .seconds(300), longest: .seconds(6000)
                ).get()
            }
            let pause = try await backOff()
            #expect(pause > .seconds(290) && pause <= .seconds(300))
            _ = try await backOff()
            #expect(try await queue.claimed(10, by: worker).isEmpty)
            var pace = try #require(try await queue.pace(of: ["example.com"]).first)
            #expect(pace.factor == 0.5, "the replies of one incident count once")
            #expect(
                try await backOff(named: .seconds(500)) > .seconds(490), "a longer delay that it names counts"
            )
            try await queue.letPass(.seconds(501))
            #expect(try await queue.claimed(10, by: worker).isEmpty == false)
            let news = SiteNews(site: "example.com", sent: 2)
            _ = try await queue.only.settle(jobs.map { change($0.id) }, by: worker, news: [news]).get()
            pace = try #require(try await queue.pace(of: ["example.com"]).first)
            #expect(pace.factor > 0.5 && pace.factor < 0.52)
        }
    }

    @Test("A site without a rate that asks for less is slowed from the rate at which it was reached")
    func learnedRate() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 10)
            _ = try await queue.worker("a")
            _ = try await queue.worker("b")
            _ = try await queue.only.backOff(
                site: "example.com", .slow, named: nil, interval: 4, pause: .milliseconds(1), longest: .seconds(60)
            ).get()
            let pace = try #require(try await queue.pace(of: ["example.com"]).first)
            #expect(
                pace.interval == 4, "4 ms for one of two workers is 2 ms for both, and half of that rate is 4 ms again")
        }
    }

    @Test("A site that refuses us is tried with one message at a time, at growing intervals, until it accepts one")
    func blocked() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 20)
            let worker = try await queue.worker()
            func refuse() async throws -> Duration {
                try await queue.only.backOff(
                    site: "example.com", .blocked, named: nil, interval: nil, pause: .seconds(200),
                    longest: .seconds(6000)
                ).get()
            }
            #expect(try await refuse() <= .seconds(200))
            #expect(try await queue.claimed(10, by: worker).isEmpty)
            try await queue.letPass(.seconds(201))
            let probe = try await queue.claimed(10, by: worker)
            #expect(probe.count == 1)
            #expect(try await queue.claimed(10, by: worker).isEmpty, "one at a time")
            let pause = try await refuse()
            #expect(pause > .seconds(390), "twice as long: \(pause)")
            try await queue.letPass(pause)
            let second = try await queue.claimed(10, by: worker)
            try #require(second.count == 1)
            let news = SiteNews(site: "example.com", sent: 1)
            _ = try await queue.only.settle(second.map { change($0.id) }, by: worker, news: [news]).get()
            #expect(try await queue.claimed(50, by: worker).count == 18)
        }
    }

    @Test("A quota lets a minute's worth go at once and the rest evenly")
    func quota() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 400)
            var terms = MailingTerms()
            terms.quotaPerHour = 600
            try await queue.publish(
                mailing, content: MailingContent(bytes: [1], version: "v"), terms: terms, paused: false)
            try await queue.fill(2, count: 5)
            let worker = try await queue.worker()
            let claim = try await queue.only.claim(500, for: worker).get()
            #expect(claim.jobs.count { $0.job.id.mailing == mailing } == 10)
            #expect(claim.jobs.count == 15, "another mailing is not held up")
            let empty = try await queue.only.claim(500, for: worker).get()
            let wait = try #require(empty.nextIn)
            #expect(wait > .zero && wait <= .milliseconds(6102))
            #expect(try await queue.status(of: [mailing]).mailings[0].restsUntil != nil)
            try await queue.letPass(wait)
            #expect(try await queue.claimed(500, by: worker).isEmpty == false)
        }
    }

    @Test("Outside its hours a mailing rests, and goes on by itself when they begin")
    func window() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 4)
            let now = try await queue.status(of: []).time
            var terms = MailingTerms()
            terms.openings = [
                .init(opens: now + .milliseconds(-5000), closes: now + .milliseconds(-1000)),
                .init(opens: now + .seconds(400), closes: now + .seconds(3600)),
            ]
            try await queue.publish(
                mailing, content: MailingContent(bytes: [1], version: "v"), terms: terms, paused: false)
            let worker = try await queue.worker()
            let claim = try await queue.only.claim(10, for: worker).get()
            #expect(claim.jobs.isEmpty)
            try await queue.letPass(try #require(claim.nextIn))
            #expect(try await queue.claimed(10, by: worker).count == 4)
        }
    }

    @Test("Lanes that were lost and connections that nobody holds are found and put right")
    func mend() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 40, sites: ["a.example", "b.example"])
            try await queue.setSiteLimit(SiteLimit(connections: 1), for: "b.example")
            let prefix = queue.only.keys.prefix
            #expect(try await queue.only.mend() == (0, 0))
            _ = try await queue.only.command(["ZREM", .init(prefix + "ready:1"), "a.example"]).get()
            _ = try await queue.only.command(["HSET", .init(prefix + "busy"), "b.example", "1"]).get()
            let worker = try await queue.worker()
            #expect(try await queue.claimed(40, by: worker).isEmpty)
            #expect(try await queue.only.mend() == (1, 1))
            #expect(try await queue.claimed(40, by: worker).count == 20 + 1)
            #expect(try await queue.only.mend() == (0, 0), "what is under way is in order")
        }
    }

    @Test("Weights share the workers")
    func weights() async throws {
        try await withQueue { queue in
            try await queue.fill(1, count: 900)
            try await queue.fill(2, count: 900)
            var terms = MailingTerms()
            terms.weight = 3
            try await queue.publish(
                mailing, content: MailingContent(bytes: [1], version: "v"), terms: terms, paused: false)
            let worker = try await queue.worker()
            var served: [MailingID: Int] = [:]
            for _ in 0..<40 {
                for job in try await queue.claimed(20, by: worker) { served[job.id.mailing, default: 0] += 1 }
            }
            #expect(served[mailing] == 600 && served[MailingID(rawValue: 2)] == 200)
        }
    }

    @Test("However many mailings wait for their pace, the others are served")
    func manyResting() async throws {
        try await withQueue { queue in
            try await queue.setSiteLimit(SiteLimit(rate: .init(messages: 1, seconds: 1000)), for: "slow.example")
            for number in 1...20 { try await queue.fill(UInt32(number), count: 3, sites: ["slow.example"]) }
            try await queue.fill(21, count: 5, sites: ["fast.example"])
            let worker = try await queue.worker()
            var sites: [String] = []
            for _ in 0..<4 { sites += try await queue.only.claim(10, for: worker).get().jobs.map(\.site) }
            #expect(sites.filter { $0 == "fast.example" }.count == 5)
            #expect(sites.filter { $0 == "slow.example" }.count == 1)
        }
    }
}
