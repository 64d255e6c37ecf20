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
    func mutations(quarter: Int) throws {
        let names = try InboundFixture.names()
        let seeds = try names.map { try InboundFixture.bytes($0) }
        for (index, seed) in seeds.enumerated() where index % 4 == quarter {
            var mutator = MessageMutator(seed: UInt64(index + 1))
            let clock = ContinuousClock()
            var slowest = Duration.zero
            for round in 0..<Self.mutations {
                let bytes = mutator.mutate(seed, with: seeds[(index + round) % seeds.count])
                let start = clock.now
                let reader = InboundReader(reading: bytes[...], limits: .standard)
                slowest = max(slowest, start.duration(to: clock.now))
                if round % Self.judged == 0 { check(reader.findings(.standard), names[index], round) }
            }
            // Far above what any takes on a busy machine; a loop that never ends is caught by it in the end.
            #expect(slowest < .seconds(10), "\(names[index])")
        }
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
