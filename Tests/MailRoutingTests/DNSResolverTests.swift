import Logging
import TestSupport
import Testing

@testable import MailRouting

@Suite("A resolver, with a real name server")
struct DNSResolverTests {
    private static func resolver() async throws -> DNSResolver {
        try DNSResolver(configuration: try await TestWorld.resolver(), logger: Logger(label: "test"))
    }

    @Test("Records of every kind are read")
    func records() async throws {
        let resolver = try await Self.resolver()
        let mx = await resolver.mx("plain.example")
        #expect(Set(mx.records) == [MXRecord(10, "mx1.plain.example"), MXRecord(20, "mx2.plain.example")])
        #expect(mx.ttl > .zero && mx.ttl <= .seconds(300))
        #expect(!mx.isSecure)
        #expect(await resolver.addresses("MX1.plain.example.").records == ["192.0.2.1", "2001:db8::1"])
        #expect(await resolver.txt("many.plain.example").records == ["v=spf1 -all"])
        let tlsa = await resolver.tlsa("_25._tcp.mx.signed.example")
        #expect(
            tlsa.records == [
                TLSARecord(usage: 3, selector: 1, matching: 1, data: Array(repeating: 0xAB, count: 32))
            ])
        #expect(tlsa.isSecure)
    }

    @Test(
        "What there is not, and what is not known, are different answers",
        arguments: [
            ("empty.plain.example", DNSAnswer<MXRecord>.Status.noData, false),
            ("nowhere.plain.example", .noSuchName, false), ("lost.plain.example", .noSuchName, false),
            ("nowhere.signed.example", .noSuchName, true), ("mx.signed.example", .noData, true),
            ("not a name", .noSuchName, false),
        ])
    func absence(name: String, status: DNSAnswer<MXRecord>.Status, isSecure: Bool) async throws {
        let answer = await (try await Self.resolver()).mx(name)
        #expect(answer.status == status)
        #expect(answer.isSecure == isSecure)
    }

    @Test("A server that fails is no credible answer")
    func serverFailure() async throws {
        let answer = await (try await Self.resolver()).mx("broken.example")
        #expect(!answer.isConclusive)
        #expect(!answer.isBogus)
    }

    @Test("Signatures that have expired are bogus, and the reason has no name in it")
    func bogus() async throws {
        let answer = await (try await Self.resolver()).mx("null-mx.bogus.example")
        #expect(answer.isBogus)
        #expect(answer.failure?.contains("null-mx") == false)
        #expect(answer.records.isEmpty)
    }

    @Test("An alias is followed, and the name at its end is told")
    func alias() async throws {
        let answer = await (try await Self.resolver()).mx("alias.plain.example")
        #expect(answer.canonicalName == "plain.example")
        #expect(answer.records.count == 2)
    }

    @Test("Without a trust anchor nothing is secure, and nothing is bogus")
    func withoutTrustAnchor() async throws {
        var configuration = try await TestWorld.resolver()
        configuration.trustAnchorFile = nil
        let resolver = try DNSResolver(configuration: configuration, logger: Logger(label: "test"))
        #expect(await resolver.mx("signed.example").isSecure == false)
        #expect(await resolver.mx("bogus.example").status == .found)
    }

    @Test("An authoritative server can be named for a zone")
    func zones() async throws {
        var configuration = try await TestWorld.resolver()
        guard case .forwarders(let addresses) = configuration.servers else {
            Issue.record("the world is asked otherwise")
            return
        }
        configuration.servers = .zones(["signed.example": try #require(addresses.first)])
        configuration.trustAnchorFile = nil
        let resolver = try DNSResolver(configuration: configuration, logger: Logger(label: "test"))
        #expect(await resolver.mx("signed.example").records == [MXRecord(10, "mx.signed.example")])
        #expect(await resolver.addresses("mx.signed.example", ofType: .a).records == ["192.0.2.10"])
    }

    @Test("A server that never answers is given up after the timeout")
    func silence() async throws {
        let silent = try SilentServer()
        let resolver = try DNSResolver(
            configuration: DNSResolverConfiguration(
                servers: .forwarders(["127.0.0.1@\(silent.port)"]), trustAnchorFile: nil, timeout: .milliseconds(200)),
            logger: Logger(label: "test"))
        let answer = await resolver.mx("plain.example")
        #expect(answer.failure == "lookup timed out: no answer in time")
    }

    @Test("More questions than may be under way wait for their turn")
    func bounded() async throws {
        var configuration = try await TestWorld.resolver()
        configuration.concurrency = 2
        let resolver = try DNSResolver(configuration: configuration, logger: Logger(label: "test"))
        let found = await withTaskGroup(of: Int.self) { group in
            for number in 1...20 {
                group.addTask { await resolver.addresses("host\(number).plain.example", ofType: .a).records.count }
            }
            return await group.reduce(0, +)
        }
        #expect(found == 20)
    }

    @Test(
        "A configuration that means nothing is refused",
        arguments: [
            DNSResolverConfiguration(servers: .forwarders(["not an address"]), trustAnchorFile: nil),
            DNSResolverConfiguration(servers: .zones([".": "nowhere"]), trustAnchorFile: nil),
        ])
    func refused(configuration: DNSResolverConfiguration) {
        #expect(throws: DNSResolverError.self) {
            try DNSResolver(configuration: configuration, logger: Logger(label: "test"))
        }
    }
}
