import Testing

@testable import MailRouting

@Suite("The hosts that a domain names")
struct MailExchangersTests {
    private func exchangers(_ records: (UInt16, String)...) -> MailExchangers {
        MailExchangers(records.map { MXRecord($0.0, $0.1) })
    }

    @Test("A site's name does not depend on the order of the answer or the numbers, but on the order of preference")
    func site() {
        let site = exchangers((10, "a"), (20, "b"), (20, "c")).site
        #expect(exchangers((20, "c"), (10, "a"), (20, "b")).site == site)
        #expect(exchangers((1, "a"), (2, "b"), (3, "c")).site == site)
        #expect(exchangers((10, "a"), (20, "c"), (30, "b")).site != site)
        #expect(exchangers((10, "a"), (20, "b"), (20, "d")).site != site)
        #expect(exchangers((10, "b"), (20, "a"), (20, "c")).site != site)
        #expect(exchangers((10, "a"), (20, "a")).site == "a")
    }

    @Test("The name of a site is the same in every version, or paces and lanes would fall apart")
    func stableName() {
        // FNV-1a of "a", a zero byte, "b", a zero byte; reckoned independently of this code.
        #expect(exchangers((10, "a"), (20, "b")).site == "a+1~a60057f4")
    }

    @Test("Only the root alone says that a domain takes no mail")
    func nullMX() {
        #expect(exchangers((0, "")).isNullMX)
        #expect(!exchangers((0, ""), (10, "a")).isNullMX)
        var generator = SystemRandomNumberGenerator()
        let trial = exchangers((0, ""), (10, "a")).trial(ownNames: [], limit: 8, using: &generator)
        #expect(trial == [MXRecord(10, "a")])
    }

    @Test("Hosts of the same preference come first equally often")
    func shuffled() {
        let hosts = exchangers((10, "a"), (10, "b"), (10, "c"), (20, "d"))
        var generator = SplitMix(state: 1)
        var first: [String: Int] = [:]
        for _ in 1...3000 {
            let trial = hosts.trial(ownNames: [], limit: 8, using: &generator)
            #expect(trial.last?.host == "d")
            first[trial[0].host, default: 0] += 1
        }
        #expect(first.values.allSatisfy { (900...1100).contains($0) }, "\(first)")
    }

    @Test("At our own preference the list is cut, those beside us included")
    func ownName() {
        var generator = SplitMix(state: 1)
        let hosts = exchangers((10, "a"), (20, "we"), (20, "b"), (30, "c"))
        #expect(hosts.trial(ownNames: ["we"], limit: 8, using: &generator) == [MXRecord(10, "a")])
        #expect(exchangers((10, "we"), (10, "b")).trial(ownNames: ["we"], limit: 8, using: &generator).isEmpty)
    }
}

/// Random numbers that are the same in every run.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
