import Delivery
import Foundation
import Testing

@testable import MailMessage

@Suite("Damaged messages")
struct InboundMutationTests {
    /// Damaged messages made of each one under Fixtures.
    private static let mutations = 10_000
    /// Every so many of them are also judged, which in a debug build takes far longer than reading them.
    private static let judged = 100

    @Test("no damage makes the reader fail, hang, or find more than its limits allow", arguments: 0..<4)
    func mutations(quarter: Int) async throws {
        let names = try InboundFixture.names()
        let seeds = try names.map { try InboundFixture.bytes($0) }
        let others =
            try seeds
            + InboundFixture.names(in: "Fixtures/World").map { try InboundFixture.bytes($0, in: "Fixtures/World") }
        for (index, seed) in seeds.enumerated() where index % 4 == quarter {
            var mutator = MessageMutator(seed: UInt64(index + 1))
            var slowest = Duration.zero
            for round in 0..<Self.mutations {
                let bytes = mutator.mutate(seed, with: others[(index + round) % others.count])
                let start = ProcessorTime.now
                let reader = InboundReader(reading: bytes[...], limits: .standard)
                slowest = max(slowest, ProcessorTime.now - start)
                if round % Self.judged == 0 {
                    check(reader.findings(.standard), names[index], round)
                    // Other tests run meanwhile, and some of them watch the clock.
                    await Task.yield()
                }
            }
            #expect(slowest < .milliseconds(50), "\(names[index])")
        }
    }

    @Test("a usual report is read in less than 150 µs of processor time, in the middle of many")
    func usual() throws {
        let report = try InboundFixture.bytes("two-recipients")
        let times = (0..<2_000).map { _ in
            let start = ProcessorTime.now
            _ = InboundReader(reading: report[...], limits: .standard)
            return ProcessorTime.now - start
        }
        #expect(times.sorted()[times.count / 2] < .microseconds(150))
    }

    private func check(_ findings: [InboundFinding], _ name: String, _ round: Int) {
        let place = Comment(rawValue: "\(name), round \(round)")
        #expect(!findings.isEmpty, place)
        #expect(findings.count <= ParseLimits.standard.recipients, place)
        for finding in findings {
            #expect(finding.recipient.map { $0.contains("@") } ?? true, place)
            // A cut through a character leaves U+FFFD, of three bytes.
            #expect(finding.diagnostic.utf8.count <= InboundFinding.diagnosticLimit + 9, place)
        }
    }
}
