import Delivery
import Logging
import Synchronization
import Testing

@testable import MailRouting

@Suite("How policies are kept")
struct MTASTSPoliciesTests {
    private let dns = FakeDNS()
    private let clock = FakeClock()
    private let web = FakeWeb()
    private let policies: MTASTSPolicies

    init() {
        policies = MTASTSPolicies(
            source: dns, fetcher: web, store: MTASTSStore(directory: nil, capacity: 100), clock: clock.routerClock,
            cacheTimes: .seconds(30) ... .seconds(86_400), reports: TLSReportCounters(), logger: Logger(label: "test"))
        dns.set("_mta-sts.example.org", text: "v=STSv1; id=1")
        web.answer(with: "version: STSv1\nmode: enforce\nmx: mx.example.org\nmax_age: 1000")
    }

    @Test("A policy is fetched once for one id, and anew for another")
    func idChanges() async {
        #expect(await policies.policy(of: "example.org").policy?.mode == .enforce)
        _ = await policies.policy(of: "example.org")
        #expect(web.fetches == 1)
        dns.set("_mta-sts.example.org", text: "v=STSv1; id=2")
        web.answer(with: "version: STSv1\nmode: testing\nmx: mx.example.org\nmax_age: 1000")
        #expect(await policies.policy(of: "example.org").policy?.mode == .testing)
        #expect(web.fetches == 2)
    }

    @Test("Who suppresses the note or the web server does not lift a policy before its time")
    func suppressed() async {
        _ = await policies.policy(of: "example.org")
        dns.set("_mta-sts.example.org", .txt, .failed("SERVFAIL"))
        clock.advance(by: .seconds(900))
        let kept = await policies.policy(of: "example.org")
        #expect(kept.policy?.mode == .enforce)
        #expect(kept.ttl <= .seconds(100))
        dns.set("_mta-sts.example.org", text: "v=STSv1; id=2")
        web.answer(with: nil)
        #expect(await policies.policy(of: "example.org").policy?.mode == .enforce)
        clock.advance(by: .seconds(101))
        #expect(await policies.policy(of: "example.org").policy == nil)
    }

    @Test("A policy is fetched anew in the second half of its time")
    func refreshed() async {
        _ = await policies.policy(of: "example.org")
        clock.advance(by: .seconds(499))
        _ = await policies.policy(of: "example.org")
        #expect(web.fetches == 1)
        clock.advance(by: .seconds(1))
        _ = await policies.policy(of: "example.org")
        #expect(web.fetches == 2)
        clock.advance(by: .seconds(900))
        #expect(await policies.policy(of: "example.org").policy?.mode == .enforce)
    }

    @Test("After a failure the next fetch waits five minutes")
    func pause() async {
        web.answer(with: nil)
        let answer = await policies.policy(of: "example.org")
        #expect(answer.policy == nil)
        #expect(answer.ttl == .seconds(300))
    }

    @Test("A name that would lead out of the directory is no file")
    func names() throws {
        let store = MTASTSStore(directory: "/nowhere/at/all", capacity: 10)
        #expect(store.entry(for: "../../etc/passwd") == nil)
        #expect(throws: Never.self) {
            try store.set(MTASTSStore.Entry(id: "1", fetched: 0, text: ""), for: "../../tmp/x")
        }
    }
}

/// A web of which a test says the answer.
private final class FakeWeb: MTASTSFetching {
    private let state = Mutex<(answer: String?, fetches: Int)>((nil, 0))

    var fetches: Int { state.withLock { $0.fetches } }

    func answer(with text: String?) { state.withLock { $0.answer = text } }

    func fetch(domain: String) async throws(MTASTSFetchError) -> String {
        let answer = state.withLock { state in
            state.fetches += 1
            return state.answer
        }
        guard let answer else { throw MTASTSFetchError(type: .stsPolicyFetchError, message: "it is gone") }
        return answer
    }
}
