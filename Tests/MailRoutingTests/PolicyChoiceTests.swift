import Delivery
import Testing

@testable import MailRouting

@Suite("What TLS must achieve")
struct PolicyChoiceTests {
    private let record = TLSARecord(usage: 3, selector: 1, matching: 1, data: Array(repeating: 1, count: 32))
    private let facts = HostFacts(addresses: .found(["192.0.2.1"]), daneNames: ["mx.example"])

    @Test("DANE beats MTA-STS, whether the policy names the host or not", arguments: ["mx.example", "other.example"])
    func daneBeatsPolicy(pattern: String) {
        let policy = MTASTSPolicy(parsing: "version: STSv1\nmode: enforce\nmx: \(pattern)\nmax_age: 1000")
        var assembly = RouteAssembly(domain: "example", port: 25, policy: policy, isImplicit: false)
        assembly.add(MXRecord(10, "mx.example"), facts, .records([record], name: "mx.example"))
        #expect(assembly.candidates.map(\.host.policy) == [.dane(records: [record], names: ["mx.example", "example"])])
    }

    @Test(
        "A policy that is only tried out demands nothing, and what it would demand is looked at",
        arguments: [
            ("mx.example", TLSPolicy.tested(names: ["mx.example"]), 0), ("other.example", .opportunistic, 1),
        ])
    func testing(pattern: String, expected: TLSPolicy, mismatches: Int) {
        let policy = MTASTSPolicy(parsing: "version: STSv1\nmode: testing\nmx: \(pattern)\nmax_age: 1000")
        var assembly = RouteAssembly(domain: "example", port: 25, policy: policy, isImplicit: false)
        assembly.add(MXRecord(10, "mx.example"), facts, .none)
        #expect(assembly.candidates.map(\.host.policy) == [expected])
        #expect(!expected.isMandatory && assembly.problems[.sts, default: []].count == mismatches)
    }

    @Test("DANE that cannot be looked up is not replaced by a policy, let alone by nothing")
    func failingDANE() {
        let policy = MTASTSPolicy(parsing: "version: STSv1\nmode: enforce\nmx: mx.example\nmax_age: 1000")
        var assembly = RouteAssembly(domain: "example", port: 25, policy: policy, isImplicit: false)
        assembly.add(MXRecord(10, "mx.example"), facts, .failed("SERVFAIL", .validationFailure))
        #expect(assembly.candidates.isEmpty)
        guard case .finding(.temporary) = assembly.result() else {
            Issue.record("\(assembly.result())")
            return
        }
    }

    @Test("Only the strongest digest of one kind counts, whole certificates always")
    func digests() {
        func record(_ usage: UInt8, _ matching: UInt8, _ count: Int) -> TLSARecord {
            TLSARecord(usage: usage, selector: 1, matching: matching, data: Array(repeating: 1, count: count))
        }
        let records = [record(3, 1, 32), record(3, 2, 64), record(3, 0, 5), record(2, 1, 32)]
        #expect(HostLookup.strongest(records) == [record(3, 2, 64), record(3, 0, 5), record(2, 1, 32)])
    }

    @Test(
        "Records for the web's authorities, of unknown kinds or of the wrong length are not usable",
        arguments: [
            (0, 1, 1, 32), (1, 1, 1, 32), (3, 2, 1, 32), (3, 1, 3, 32), (3, 1, 1, 31), (3, 1, 2, 32), (4, 1, 1, 32),
            (3, 1, 0, 0),
        ])
    func unusable(usage: UInt8, selector: UInt8, matching: UInt8, count: Int) {
        let record = TLSARecord(
            usage: usage, selector: selector, matching: matching, data: Array(repeating: 1, count: count))
        #expect(!record.isUsable)
    }

    @Test("Counters stay bounded, and begin anew once they were taken")
    func counters() {
        let counters = TLSReportCounters(limit: 2)
        for domain in ["b", "a", "c", "d", "a"] { counters.count(nil, domain: domain, policy: .none) }
        counters.count(.init(.certificateExpired), domain: "a", policy: .none)
        let entries = counters.drain()
        #expect(entries.map(\.domain) == ["*", "a", "b"])
        #expect(entries.map(\.successes) == [2, 2, 1])
        #expect(entries[1].failures == [.init(.certificateExpired): 1])
        #expect(counters.snapshot().isEmpty)
    }
}
