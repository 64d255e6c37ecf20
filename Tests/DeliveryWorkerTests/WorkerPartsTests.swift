import Delivery
import JobQueue
import NIOCore
import Testing

@testable import DeliveryWorker

@Suite("The worker's small parts")
struct WorkerPartsTests {
    @Test("A slot gives its value back once, and is used again")
    func slots() {
        var slots = Slots<String>()
        let first = slots.insert("a")
        let second = slots.insert("b")
        #expect(first != second)
        #expect(slots.remove(first) == "a")
        #expect(slots.remove(first) == nil)
        #expect(slots.count == 1 && slots.all == ["b"])
        #expect(slots.insert("c") == first)
        slots.forEach { $0 += "!" }
        #expect(slots.contains { $0 == "b!" } && slots.contains { $0 == "c!" } && !slots.contains { $0 == "a!" })
        #expect(slots.remove(99) == nil)
    }

    @Test("A lease is trusted for 60 % of its time after the last confirmed beat")
    func lease() {
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        let lease = Lease(worker: WorkerID(rawValue: "w#1"), duration: .seconds(10), now: start)
        #expect(lease.isTrusted(at: start + .milliseconds(5999)))
        #expect(!lease.isTrusted(at: start + .milliseconds(6000)))
        lease.confirm(at: start + .seconds(5))
        #expect(lease.isTrusted(at: start + .milliseconds(10_999)))
        #expect(!lease.isTrusted(at: start + .milliseconds(11_000)))
        lease.renew(as: WorkerID(rawValue: "w#2"), at: start + .seconds(20))
        #expect(lease.worker.rawValue == "w#2" && lease.isTrusted(at: start + .seconds(25)))
    }

    @Test("Results are handed over once, with what paced sites want to hear")
    func resultBuffer() {
        let entry = claimed(2, site: "a.example", isPaced: true)
        let sent = StatusChange(
            job: entry.job.id, time: .now, outcome: .sent, reason: .accepted, rule: "2x", phase: .dot, attempt: 1,
            reply: "250 2.0.0 Ok")
        var buffer = ResultBuffer()
        buffer.release(claimed(3, site: "b.example"))
        #expect(!buffer.freesConnections)
        buffer.release(entry)
        buffer.settle(sent, of: entry)
        buffer.settle(sent, of: claimed(5, site: "b.example"))
        #expect(buffer.count == 4)
        let full = buffer.take()
        #expect(full.released.map(\.ordinal) == [3, 2] && !full.hasRepeater && full.freesConnections)
        #expect(full.siteNews.map(\.site) == ["a.example"] && full.siteNews.first?.sent == 1)
        #expect(buffer.isEmpty && buffer.take().isEmpty && buffer.siteNews.isEmpty && !buffer.freesConnections)
        buffer.release(claimed(4, site: "b.example", recoveries: 2))
        #expect(buffer.hasRepeater)
        buffer.keepSettled()
        #expect(!buffer.hasRepeater, "after a lost lease it is another worker's")
    }

    @Test("Jobs are kept apart by what must be done before they are sent")
    func claimedJobs() {
        var jobs = ClaimedJobs()
        var inDoubt = claimed(1, site: "a.example")
        inDoubt.job.isInDoubt = true
        jobs.keep(inDoubt)
        jobs.keep(claimed(2, site: "a.example", recoveries: 1))
        jobs.keep(claimed(3, site: "b.example"))
        jobs.keep(claimed(4, site: "a.example", recoveries: 2))
        jobs.keep(claimed(5, site: "a.example", recoveries: 3))
        #expect(jobs.plain.map(\.job.id.ordinal) == [3])
        func mark(repeaterIsAlone: Bool) -> [UInt32] {
            let batch = jobs.takeForMarking(upTo: 10, suspects: 5, repeaterIsAlone: repeaterIsAlone) { _ in 0 }
            for entry in batch { jobs.keepMarked(entry) }
            return batch.map(\.job.id.ordinal)
        }
        #expect(mark(repeaterIsAlone: true) == [4], "what may kill workers is marked and sent by itself")
        #expect(mark(repeaterIsAlone: false) == [1, 2], "Redis must know first that they may have been sent")
        #expect(mark(repeaterIsAlone: false) == [])
        jobs.keepUnmarked(jobs.takeForMarking(upTo: 10, suspects: 5, repeaterIsAlone: true) { _ in 0 })
        #expect(mark(repeaterIsAlone: true) == [5])
        #expect(jobs.suspects.map(\.job.id.ordinal) == [4, 1, 2, 5] && jobs.marked.isEmpty)
        #expect(Set(jobs.removeAll(ofSite: "a.example").map(\.job.id.ordinal)) == [1, 2, 4, 5])
        #expect(jobs.count == 1 && jobs.removeAll().count == 1 && jobs.isEmpty)
    }

    @Test("Shards are asked in turn, and not before they may have something")
    func shardRotation() {
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        var rotation = ShardRotation(count: 3)
        #expect((0..<4).map { _ in rotation.next(now: start).shard } == [1, 2, 0, 1])
        for shard in 0..<3 { rotation.rest(shard, until: start + .seconds(Int64(3 - shard))) }
        let none = rotation.next(now: start)
        #expect(none.shard == nil && none.waitUntil == start + .seconds(1))
        #expect(rotation.next(now: start + .seconds(2)).shard == 2)
        rotation.setUncertain(1, true)
        #expect(rotation.uncertain == 1)
        rotation.forgetDoubts()
        #expect(rotation.uncertain == nil && rotation.next(now: start).shard != nil)
    }

    @Test("The pace at which a site was reached is that of the last seconds")
    func meter() throws {
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        var meter = SiteMeter(now: start)
        #expect(meter.interval(of: "a.example", at: start) == nil)
        for step in 0..<100 { meter.count("a.example", at: start + .milliseconds(Int64(step) * 100)) }
        #expect(try abs(#require(meter.interval(of: "a.example", at: start + .seconds(10))) - 100) < 1)
        meter.count("b.example", at: start + .seconds(11))
        #expect(meter.interval(of: "b.example", at: start + .seconds(12)) == nil, "one message is no pace")
        meter.count("b.example", at: start + .milliseconds(11_020))
        #expect(try #require(meter.interval(of: "b.example", at: start + .milliseconds(11_020))) == 10)
        #expect(try abs(#require(meter.interval(of: "a.example", at: start + .seconds(11))) - 100) < 11)
        meter.count("b.example", at: start + .seconds(60))
        #expect(meter.interval(of: "a.example", at: start + .seconds(60)) == nil, "long ago counts no more")
    }

    @Test(
        "Only what is said of the whole site slows it down",
        arguments: [
            ("421 4.7.0 Too many messages", .rcpt, .slow),
            ("451 4.7.1 Too many connections, slow down", .rcpt, .slow),
            ("450 4.2.1 The user is receiving mail at a rate that prevents delivery", .rcpt, nil),
            ("450 4.7.1 Greylisted, please come back in 300 seconds", .rcpt, nil),
            ("451 4.3.0 Temporary trouble", .rcpt, nil),
            ("554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using bl.example", .rcpt, .blocked),
            ("550 5.1.1 No such user", .rcpt, nil),
            ("421 4.7.0 Too many messages", .ehlo, nil),
        ] as [(String, DeliveryPhase, SiteTrouble?)])
    func siteTrouble(reply: String, phase: DeliveryPhase, trouble: SiteTrouble?) {
        let result = DeliveryResult.reply(SMTPReply(parsing: reply), phase: phase)
        #expect(SiteTrouble(result, OutcomeClassifier.standard.classify(result)) == trouble)
    }

    private func claimed(
        _ ordinal: UInt32, site: String, isPaced: Bool = false, recoveries: UInt8 = 0
    ) -> ClaimedJob {
        let id = DeliveryJob.ID(mailing: MailingID(rawValue: 1), ordinal: ordinal)
        return ClaimedJob(
            job: DeliveryJob(id: id, address: "u@\(site)", fields: []), site: site, siteIsPaced: isPaced,
            siteCountsConnections: isPaced, recoveries: recoveries)
    }
}
