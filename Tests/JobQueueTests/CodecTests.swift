import Delivery
import Testing

@testable import JobQueue

@Suite("Binary forms")
struct CodecTests {
    static let jobs: [DeliveryJob] = [
        DeliveryJob(id: .init(mailing: .init(rawValue: 1), ordinal: 0), address: "a@b.c", fields: []),
        DeliveryJob(
            id: .init(mailing: .init(rawValue: 7), ordinal: .max), attempts: 300, strikes: 2,
            firstAttempt: UnixTime(milliseconds: 1_763_000_000_123), isInDoubt: true, address: "zoë@exämple.org",
            fields: ["", "Zoë", String(repeating: "x", count: 5000)]),
    ]

    @Test("A job comes back from its payload as it went in", arguments: jobs)
    func jobRoundTrip(_ job: DeliveryJob) throws {
        #expect(try DeliveryJob(payload: job.payload, mailing: job.id.mailing) == job)
    }

    @Test("A payload that ends too early is refused at every length", arguments: jobs)
    func truncatedPayload(_ job: DeliveryJob) {
        let payload = job.payload
        // After the address, an end between two fields is a payload with fewer fields.
        let head = DeliveryJob(
            id: job.id, attempts: job.attempts, strikes: job.strikes, firstAttempt: job.firstAttempt,
            address: job.address, fields: []
        ).payload.count
        for length in 0..<head {
            #expect(throws: JobQueueError.self) {
                try DeliveryJob(payload: Array(payload.prefix(length)), mailing: job.id.mailing)
            }
        }
    }

    @Test("Status changes come back from the stream in order")
    func changesRoundTrip() throws {
        let mailing = MailingID(rawValue: 3)
        let changes = (0..<5).map {
            change(.init(mailing: mailing, ordinal: $0), .allCases[Int($0)], reply: "250 line\nzwei \($0)")
        }
        #expect(try StatusChange.all(inWire: changes.flatMap(\.wire), mailing: mailing) == changes)
    }

    @Test("A waiting job is small: within 64 bytes for a usual address and no fields")
    func payloadSize() {
        let job = DeliveryJob(
            id: .init(mailing: .init(rawValue: 1), ordinal: 123_456), address: "firstname.lastname@example.com",
            fields: [])
        #expect(job.payload.count <= 64)
    }
}
