import Delivery
import Testing

/// A small generator with a seed (SplitMix64), so that every run draws the same numbers.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite("What becomes of a job after an attempt")
struct RetryVerdictTests {
    private let start = UnixTime(milliseconds: 1_800_000_000_000)

    private func job(attempts: UInt16 = 0, strikes: UInt8 = 0, firstAttempt: UnixTime? = nil) -> DeliveryJob {
        DeliveryJob(
            id: DeliveryJob.ID(mailing: MailingID(rawValue: 7), ordinal: 42), attempts: attempts, strikes: strikes,
            firstAttempt: firstAttempt, address: "a@example.com", fields: ["Ann"])
    }

    private func classification(_ reply: String, _ phase: DeliveryPhase = .rcpt) -> Classification {
        OutcomeClassifier.standard.classify(SMTPReply(parsing: reply), phase: phase)
    }

    private func verdict(
        _ policy: RetryPolicy, _ classification: Classification, _ job: DeliveryJob, at now: UnixTime,
        reply: String = "r", seed: UInt64 = 1
    ) -> Verdict {
        var random = SeededGenerator(state: seed)
        return policy.verdict(
            for: classification, job: job, phase: .rcpt, reply: reply, now: now, using: &random)
    }

    private func steady() throws -> RetryPolicy { try RetryPolicy(jitter: 0) }

    @Test("a success and a permanent refusal settle the job, with the server's words")
    func settles() throws {
        for reply in ["550 5.1.1 user unknown", "554 5.7.1 spam"] {
            let judged = classification(reply)
            guard
                case .settle(let change) = verdict(
                    try steady(), judged, job(attempts: 2), at: start, reply: reply)
            else {
                Issue.record("not settled: \(reply)")
                continue
            }
            #expect(
                change
                    == StatusChange(
                        job: job().id, time: start, outcome: try #require(judged.outcome), reason: judged.reason,
                        rule: judged.rule, phase: .rcpt, attempt: 3, reply: reply))
        }
        guard
            case .settle(let sent) = verdict(
                try steady(), classification("250 ok", .dot), job(), at: start, reply: "250 ok")
        else {
            Issue.record("not settled")
            return
        }
        #expect(sent.outcome == .sent)
        #expect(sent.attempt == 1)
    }

    @Test("deferrals follow the schedule and its last delay repeats")
    func schedule() throws {
        var job = job()
        var now = start
        var delays: [String] = []
        for attempt in 1...9 {
            guard
                case .postpone(let change, let delay, let next) = verdict(
                    try steady(), classification("451 4.3.0 busy"), job, at: now)
            else {
                Issue.record("not postponed at attempt \(attempt)")
                return
            }
            #expect(change.outcome == .deferred)
            #expect(change.attempt == UInt16(attempt))
            #expect(next.attempts == UInt16(attempt))
            #expect(next.strikes == 0)
            #expect(next.firstAttempt == start)
            #expect(next.address == job.address)
            #expect(next.fields == job.fields)
            delays.append(delay.shortForm)
            job = next
            now = now + delay
        }
        #expect(delays == ["5m", "10m", "20m", "40m", "1h20m", "2h40m", "4h", "4h", "4h"])
    }

    @Test("a job that is always deferred gets its last attempt exactly at the maximum age, and expires there")
    func expires() throws {
        for seed in UInt64(1)...20 {
            var random = SeededGenerator(state: seed)
            var job = job()
            var now = start
            var attempts = 0
            loop: while attempts < 1000 {
                attempts += 1
                switch RetryPolicy.standard.verdict(
                    for: classification("421 4.7.0 later"), job: job, phase: .mail, reply: "421 4.7.0 later", now: now,
                    using: &random)
                {
                case .postpone(_, let delay, let next):
                    #expect(delay > .zero)
                    job = next
                    now = now + delay
                case .settle(let change):
                    #expect(change.outcome == .bounced)
                    #expect(change.reason == .expired)
                    #expect(change.rule == "X1")
                    #expect(change.reply == "421 4.7.0 later")
                    #expect(now - start == RetryPolicy.standard.maximumAge)
                    break loop
                case .giveBack:
                    Issue.record("given back")
                    return
                }
            }
            #expect((20...50).contains(attempts))
        }
    }

    @Test("the third soft bounce settles as Bounced; the first two come back after 1 h and 24 h")
    func strikes() throws {
        let full = classification("552 5.2.2 mailbox full")
        guard case .postpone(let first, let delay, let next) = verdict(try steady(), full, job(), at: start) else {
            Issue.record("not postponed")
            return
        }
        #expect(first.outcome == .softBounced)
        #expect(delay == .seconds(3600))
        #expect(next.strikes == 1)
        #expect(next.attempts == 1)
        guard
            case .postpone(_, let secondDelay, let afterSecond) = verdict(
                try steady(), full, next, at: start + delay)
        else {
            Issue.record("not postponed")
            return
        }
        #expect(secondDelay == .seconds(86400))
        #expect(afterSecond.strikes == 2)
        let end = start + .seconds(100_000)
        guard case .settle(let third) = verdict(try steady(), full, afterSecond, at: end, reply: "552 5.2.2 full")
        else {
            Issue.record("not settled")
            return
        }
        #expect(third.outcome == .bounced)
        #expect(third.reason == .softBounceLimit)
        #expect(third.rule == "X2")
        #expect(third.reply == "552 5.2.2 full")
        #expect(third.attempt == 3)
    }

    @Test("deferrals and soft bounces are counted apart")
    func countedApart() throws {
        let mixed = job(attempts: 3, strikes: 1, firstAttempt: start)
        guard
            case .postpone(_, let deferral, let afterDeferral) = verdict(
                try steady(), classification("451 4.3.0 busy"), mixed, at: start)
        else {
            Issue.record("not postponed")
            return
        }
        #expect(deferral == .seconds(20 * 60))
        #expect(afterDeferral.strikes == 1)
        guard
            case .postpone(_, let soft, let afterSoft) = verdict(
                try steady(), classification("552 5.2.2 full"), mixed, at: start)
        else {
            Issue.record("not postponed")
            return
        }
        #expect(soft == .seconds(86400))
        #expect(afterSoft.strikes == 2)
    }

    @Test("jitter stays within its share, on both sides, and differs between jobs")
    func jitter() throws {
        var delays: Set<Duration> = []
        for seed in UInt64(1)...500 {
            guard
                case .postpone(_, let delay, _) = verdict(
                    .standard, classification("451 4.3.0 busy"), job(), at: start, seed: seed)
            else {
                Issue.record("not postponed")
                return
            }
            #expect((Duration.seconds(240)...Duration.seconds(360)).contains(delay))
            delays.insert(delay)
        }
        #expect(delays.contains { $0 < .seconds(260) })
        #expect(delays.contains { $0 > .seconds(340) })
        #expect(delays.count > 400)
    }

    @Test("a delay that the server names wins and is never shortened, but never passes the maximum age")
    func namedDelay() throws {
        let greylisted = classification("450 4.7.1 Greylisted for 60 seconds")
        for seed in UInt64(1)...100 {
            guard case .postpone(_, let delay, _) = verdict(.standard, greylisted, job(), at: start, seed: seed) else {
                Issue.record("not postponed")
                return
            }
            #expect((Duration.seconds(60)...Duration.seconds(72)).contains(delay))
        }
        let policy = try RetryPolicy(maximumAge: .seconds(30), jitter: 0)
        guard
            case .postpone(_, let clipped, _) = verdict(
                policy, greylisted, job(attempts: 1, firstAttempt: start), at: start + .seconds(10))
        else {
            Issue.record("not postponed")
            return
        }
        #expect(clipped == .seconds(20))
    }

    @Test("a message in doubt stays Queued and follows the deferrals")
    func inDoubt() throws {
        let doubt = OutcomeClassifier.standard.classify(.lostAfterFinalDot("timeout"))
        guard case .postpone(let change, let delay, let next) = verdict(try steady(), doubt, job(), at: start) else {
            Issue.record("not postponed")
            return
        }
        #expect(change.outcome == .queued)
        #expect(change.reason == .inDoubt)
        #expect(delay == .seconds(300))
        #expect(next.attempts == 1)
    }

    @Test("what is not the message's fault charges nothing")
    func givesBack() throws {
        let causes = [
            classification("452 4.5.3 too many recipients"), classification("535 5.7.8 bad login", .auth),
            LocalFinding.localFault.classification, LocalFinding.notAttempted.classification,
        ]
        for cause in causes {
            #expect(verdict(try steady(), cause, job(attempts: 4), at: start) == .giveBack)
        }
    }

    @Test("counters at their limits do not overflow")
    func limits() throws {
        let worn = job(attempts: .max, strikes: .max, firstAttempt: start)
        guard
            case .settle(let change) = verdict(
                try steady(), classification("552 5.2.2 full"), worn, at: start)
        else {
            Issue.record("not settled")
            return
        }
        #expect(change.rule == "X2")
        guard
            case .postpone(_, _, let next) = verdict(
                try steady(), classification("451 4.3.0 busy"), worn, at: start)
        else {
            Issue.record("not postponed")
            return
        }
        #expect(next.attempts == .max)
    }
}
