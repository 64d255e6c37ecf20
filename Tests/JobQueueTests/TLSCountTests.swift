import Delivery
import NIOCore
import RedisClient
import Testing

@testable import JobQueue

@Suite("Counts of TLS on a real Redis")
struct TLSCountTests {
    private var entries: [TLSReportEntry] {
        [
            TLSReportEntry(
                domain: "a.example", policy: .sts, successes: 5,
                failures: [.init(.certificateExpired, host: "mx.a.example"): 2, .init(.stsPolicyInvalid): 1]),
            TLSReportEntry(domain: "b.example", policy: .none, successes: 1),
        ]
    }

    private func today(_ queue: JobQueue) async throws -> UTCDay { UTCDay(of: try await queue.status(of: []).time) }

    @Test("what workers count adds up, day by day")
    func sums() async throws {
        try await withQueue { queue in
            #expect(try await queue.addTLSCounts(entries).get().isEmpty)
            #expect(try await queue.addTLSCounts([entries[0]]).get().isEmpty)
            let day = try await today(queue)
            var doubled = entries[0]
            doubled.add(entries[0])
            #expect(try await queue.tlsCounts(of: day) == [doubled, entries[1]])
            #expect(try await queue.tlsCounts(of: UTCDay(number: day.number - 1)).isEmpty)
        }
    }

    @Test("many domains take many calls, and all of them are read")
    func many() async throws {
        try await withQueue { queue in
            let many = (0..<3000).map { TLSReportEntry(domain: "d\($0).example", policy: .none, successes: $0 + 1) }
            #expect(try await queue.addTLSCounts(many).get().isEmpty)
            let read = try await queue.tlsCounts(of: today(queue))
            #expect(Set(read) == Set(many))
        }
    }

    @Test("once there are too many counts, what is new is counted for all domains together")
    func bounded() async throws {
        try await withQueue { queue in
            let arguments = [
                "2", "60000", "a no-policy-found ok -", "1", "b sts certificate-expired mx.b", "2",
                "c sts certificate-expired mx.c", "3", "d sts certificate-expired mx.d", "4", "a no-policy-found ok -",
                "5",
            ]
            let day = try await queue.only.evaluate(QueueScripts.tls, arguments.map { .init($0) }).get().number
            let read = try await queue.tlsCounts(of: UTCDay(number: Int(try #require(day))))
            #expect(
                read == [
                    TLSReportEntry(domain: "*", policy: .sts, failures: [.init(.certificateExpired): 7]),
                    TLSReportEntry(domain: "a", policy: .none, successes: 6),
                    TLSReportEntry(domain: "b", policy: .sts, failures: [.init(.certificateExpired, host: "mx.b"): 2]),
                ])
        }
    }
}
