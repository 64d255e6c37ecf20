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
        #expect(slots.count == 1)
        #expect(slots.insert("c") == first)
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

    @Test("Results are handed over once")
    func resultBuffer() {
        let job = DeliveryJob.ID(mailing: MailingID(rawValue: 1), ordinal: 2)
        var buffer = ResultBuffer()
        buffer.release(job)
        #expect(buffer.count == 1)
        #expect(buffer.take().released == [job])
        #expect(buffer.isEmpty && buffer.take().isEmpty)
    }
}
