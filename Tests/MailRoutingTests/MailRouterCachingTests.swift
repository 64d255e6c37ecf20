import Logging
import Testing

@testable import MailRouting

@Suite("What a router remembers")
struct MailRouterCachingTests {
    private let dns = FakeDNS()
    private let clock = FakeClock()

    private func router(_ change: (inout RoutingConfiguration) -> Void = { _ in }) -> MailRouter {
        var configuration = RoutingConfiguration(mtaSTS: nil)
        change(&configuration)
        dns.set("a.example", .mx, [FakeDNS.mx(10, "mx.example")], ttl: .seconds(100))
        dns.set("b.example", .mx, [FakeDNS.mx(10, "mx.example")], ttl: .seconds(1))
        dns.set("mx.example", .a, [[192, 0, 2, 1]], ttl: .seconds(60))
        dns.set("mx.example", .aaaa, [], ttl: .seconds(60))
        return MailRouter(
            configuration: configuration, source: dns, fetcher: nil, clock: clock.routerClock,
            logger: Logger(label: "test"))
    }

    @Test("An answer is asked for again only when its time is over, the host's apart from the domain's")
    func timeToLive() async {
        let router = router()
        for _ in 1...3 { _ = await router.route(to: "a.example") }
        #expect(dns.count("a.example", .mx) == 1)
        #expect(dns.count("mx.example", .a) == 1)
        clock.advance(by: .seconds(61))
        _ = await router.route(to: "a.example")
        #expect(dns.count("a.example", .mx) == 1)
        #expect(dns.count("mx.example", .a) == 2)
        clock.advance(by: .seconds(40))
        _ = await router.route(to: "a.example")
        #expect(dns.count("a.example", .mx) == 2)
    }

    @Test("Very short times are lengthened, so that a domain cannot make us ask for every message")
    func shortestTime() async {
        let router = router()
        _ = await router.route(to: "b.example")
        clock.advance(by: .seconds(20))
        _ = await router.route(to: "b.example")
        #expect(dns.count("b.example", .mx) == 1)
    }

    @Test("That there is nothing is remembered as well, a failure but for a short time")
    func negative() async {
        let router = router()
        dns.set("sick.example", .mx, .failed("SERVFAIL"))
        for domain in ["nowhere.example", "sick.example"] {
            for _ in 1...3 { _ = await router.route(to: domain) }
            #expect(dns.count(domain, .mx) == 1)
        }
        clock.advance(by: .seconds(31))
        for domain in ["nowhere.example", "sick.example"] { _ = await router.route(to: domain) }
        #expect(dns.count("nowhere.example", .mx) == 1)
        #expect(dns.count("sick.example", .mx) == 2)
    }

    @Test("A host that several domains share is looked up once")
    func sharedHost() async {
        let router = router()
        _ = await router.route(to: "a.example")
        _ = await router.route(to: "b.example")
        #expect(dns.count("mx.example", .a) == 1)
    }

    @Test("What several want at the same time is asked once, and who is cancelled takes it from nobody")
    func inFlight() async {
        let router = router()
        dns.hold()
        let first = Task { await router.route(to: "a.example") }
        while dns.count("a.example", .mx) == 0 { await Task.yield() }
        let others = (1...10).map { _ in Task { await router.route(to: "a.example") } }
        first.cancel()
        dns.release()
        for task in others { #expect(await task.value.site == "mx.example") }
        #expect(await first.value.site == "mx.example")
        #expect(dns.count("a.example", .mx) == 1)
    }

    @Test("The memory is bounded, however many domains there are")
    func bounded() async {
        let cache = AnswerCache<Int, Int>(capacity: 100, now: clock.routerClock.now)
        let expires = clock.routerClock.now() + .seconds(60)
        for number in 1...1000 { _ = await cache.value(for: number) { .init(value: number, expires: expires) } }
        #expect(cache.count <= 100)
        // The newest are still there.
        #expect(await cache.value(for: 1000) { .init(value: -1, expires: expires) }.value == 1000)
        #expect(await cache.value(for: 1) { .init(value: -1, expires: expires) }.value == -1)
    }

    @Test("A family whose lookup fails neither hides the other nor switches DANE off")
    func halfAnswer() async {
        let router = router()
        dns.set("secure.example", .mx, [FakeDNS.mx(10, "mx.secure.example")], isSecure: true)
        dns.set("mx.secure.example", .a, [[192, 0, 2, 5]], isSecure: true)
        dns.set("mx.secure.example", .aaaa, .failed("SERVFAIL"))
        dns.set("_25._tcp.mx.secure.example", .tlsa, [[3, 1, 1] + Array(repeating: 7, count: 32)], isSecure: true)
        guard case .hosts(let route) = await router.route(to: "secure.example"), let host = route.hosts.first else {
            Issue.record("no route")
            return
        }
        #expect(host.addresses == ["192.0.2.5"])
        #expect(host.policy.isMandatory)
    }
}
