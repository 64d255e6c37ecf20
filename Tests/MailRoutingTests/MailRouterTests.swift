import Delivery
import Testing

@testable import MailRouting

@Suite("Routes, with a real name server")
struct MailRouterTests {
    /// Hosts as `name addresses policy`, in short.
    private static func describe(_ finding: RouteFinding) -> [String] {
        guard case .hosts(let route) = finding else { return ["\(finding)"] }
        return route.hosts.map { host in
            let policy =
                switch host.policy {
                case .opportunistic: "opportunistic"
                case .tested(let names): "tested \(names)"
                case .encrypted: "encrypted"
                case .verified(let names, let source): "verified \(names) \(source.rawValue)"
                case .dane(let records, let names): "dane \(records.count) \(names.joined(separator: "|"))"
                }
            return "\(host.name) \(host.addresses.joined(separator: ",")) \(policy)"
        }
    }

    @Test(
        "A domain's hosts come in the order of preference, with their addresses",
        arguments: [
            (
                "plain.example",
                ["mx1.plain.example 192.0.2.1,2001:db8::1 opportunistic", "mx2.plain.example 192.0.2.2 opportunistic"]
            ),
            (
                "Plain.Example.",
                ["mx1.plain.example 192.0.2.1,2001:db8::1 opportunistic", "mx2.plain.example 192.0.2.2 opportunistic"]
            ),
            (
                "alias.plain.example",
                ["mx1.plain.example 192.0.2.1,2001:db8::1 opportunistic", "mx2.plain.example 192.0.2.2 opportunistic"]
            ),
            ("implicit.plain.example", ["implicit.plain.example 192.0.2.9,2001:db8::9 opportunistic"]),
            ("implicitalias.plain.example", ["implicit.plain.example 192.0.2.9,2001:db8::9 opportunistic"]),
            ("partly.plain.example", ["mx1.plain.example 192.0.2.1,2001:db8::1 opportunistic"]),
            ("half.plain.example", ["mx1.plain.example 192.0.2.1,2001:db8::1 opportunistic"]),
            ("[192.0.2.77]", ["[192.0.2.77] 192.0.2.77 opportunistic"]),
            ("[IPv6:2001:DB8:0::77]", ["[IPv6:2001:db8::77] 2001:db8::77 opportunistic"]),
        ])
    func hosts(domain: String, expected: [String]) async throws {
        let router = try await TestWorld.router()
        #expect(Self.describe(await router.route(to: domain)) == expected)
    }

    @Test(
        "DANE is demanded where the whole way to the records is signed, and only there",
        arguments: [
            ("signed.example", ["mx.signed.example 192.0.2.10 dane 1 mx.signed.example|signed.example"]),
            (
                "alias.signed.example",
                ["aliasmx.signed.example 192.0.2.10 dane 1 mx.signed.example|alias.signed.example"]
            ),
            ("implicit.signed.example", ["implicit.signed.example 192.0.2.15 dane 1 implicit.signed.example"]),
            ("unusable.signed.example", ["unusablemx.signed.example 192.0.2.11 encrypted"]),
            ("nodane.signed.example", ["nodanemx.signed.example 192.0.2.12 opportunistic"]),
            // The MX record is not signed: anybody could have put another host there.
            ("dane.plain.example", ["mx.signed.example 192.0.2.10 opportunistic"]),
            // The host is in a zone that is not signed.
            ("elsewhere.signed.example", ["mx1.plain.example 192.0.2.1,2001:db8::1 opportunistic"]),
            // A host whose TLSA records cannot be looked up is passed over, never sent to in clear.
            ("backup.signed.example", ["mx.signed.example 192.0.2.10 dane 1 mx.signed.example|backup.signed.example"]),
        ])
    func dane(domain: String, expected: [String]) async throws {
        let router = try await TestWorld.router()
        #expect(Self.describe(await router.route(to: domain)) == expected)
    }

    @Test(
        "Where there is no way the classifier says which outcome it is",
        arguments: [
            ("nowhere.plain.example", "D1", Outcome.bounced), ("lost.plain.example", "D1", .bounced),
            ("empty.plain.example", "D1", .bounced), ("noaddress.plain.example", "D1", .bounced),
            ("literal.plain.example", "D1", .bounced), ("inside.plain.example", "D1", .bounced),
            ("[127.0.0.1]", "D1", .bounced), ("[IPv6:::1]", "D1", .bounced),
            ("no domain", "D1", .bounced),
            ("null.plain.example", "D2", .bounced), ("null.signed.example", "D2", .bounced),
            ("broken.example", "D3", .deferred), ("sick.plain.example", "D3", .deferred),
            ("bogus.example", "D3", .deferred), ("null-mx.bogus.example", "D3", .deferred),
            ("failing.signed.example", "D3", .deferred), ("forged.signed.example", "D3", .deferred),
        ])
    func findings(domain: String, rule: String, outcome: Outcome) async throws {
        let router = try await TestWorld.router()
        let finding = await router.route(to: domain)
        let failure = try #require(finding.failure, "\(finding)")
        let classification = OutcomeClassifier.standard.classify(failure.reply, phase: failure.phase)
        #expect(classification.rule == rule, "\(finding)")
        #expect(classification.outcome == outcome)
    }

    @Test("Nobody's DNS leads mail to this machine unless that is allowed")
    func loopback() async throws {
        let router = try await TestWorld.router()
        let hosts = Self.describe(await router.route(to: "insidetoo.plain.example"))
        #expect(hosts == ["mx1.plain.example 192.0.2.1,2001:db8::1 opportunistic"])
        let trial = try await TestWorld.router { $0.allowsLoopback = true }
        #expect(
            Self.describe(await trial.route(to: "inside.plain.example"))
                == ["localmx.plain.example 127.0.0.1,::1 opportunistic"])
    }

    @Test("Forged TLSA records are counted as such")
    func reports() async throws {
        let router = try await TestWorld.router()
        _ = await router.route(to: "forged.signed.example")
        let entry = try #require(router.tlsReports.snapshot().first)
        #expect(entry.domain == "forged.signed.example")
        #expect(entry.policy == .tlsa)
        #expect(entry.failures == [.init(.dnssecInvalid): 1])
    }

    @Test("Domains with the same hosts in the same order are one site, whatever the numbers")
    func sites() async throws {
        let router = try await TestWorld.router()
        let site = try #require(await router.site(of: "plain.example"))
        #expect(site.hasPrefix("mx1.plain.example+1~"))
        #expect(await router.site(of: "same.plain.example") == site)
        #expect(await router.site(of: "alias.plain.example") == site)
        #expect(await router.route(to: "plain.example").site == site)
        #expect(await router.site(of: "signed.example") == "mx.signed.example")
        #expect(await router.site(of: "implicitalias.plain.example") == "implicit.plain.example")
        #expect(await router.site(of: "[192.0.2.77]") == "[192.0.2.77]")
        #expect(await router.site(of: "null.plain.example") == nil)
        #expect(await router.site(of: "nowhere.plain.example") == nil)
        #expect(await router.site(of: "broken.example") == nil)
    }

    @Test("Of very many hosts only so many are tried, the preferred ones first, and not always in the same order")
    func manyHosts() async throws {
        let router = try await TestWorld.router { $0.hostLimit = 12 }
        var orders: Set<[String]> = []
        for _ in 1...20 {
            guard case .hosts(let route) = await router.route(to: "many.plain.example") else { continue }
            #expect(route.hosts.count == 12)
            let preferred = Set((1...9).map { "host\($0).plain.example" })
            #expect(Set(route.hosts.prefix(9).map(\.name)) == preferred)
            orders.insert(route.hosts.map(\.name))
        }
        #expect(orders.count > 1)
    }

    @Test("Where our own name is in the list only what is preferred to it is tried")
    func loops() async throws {
        let second = try await TestWorld.router { $0.ownNames = ["MX2.plain.example."] }
        #expect(Self.describe(await second.route(to: "plain.example")).count == 1)
        let first = try await TestWorld.router { $0.ownNames = ["mx1.plain.example"] }
        let failure = try #require(await first.route(to: "plain.example").failure)
        #expect(OutcomeClassifier.standard.classify(failure.reply, phase: failure.phase).rule == "D3")
        // Every machine says the same about sites, whatever it calls itself.
        #expect(await first.site(of: "plain.example") == second.site(of: "plain.example"))
    }

    @Test(
        "Families of addresses are tried as configured",
        arguments: [
            (AddressPreference.ipv4First, ["192.0.2.1", "2001:db8::1"]),
            (.ipv6First, ["2001:db8::1", "192.0.2.1"]), (.ipv4Only, ["192.0.2.1"]), (.ipv6Only, ["2001:db8::1"]),
        ])
    func families(preference: AddressPreference, addresses: [String]) async throws {
        let router = try await TestWorld.router { $0.addressPreference = preference }
        guard case .hosts(let route) = await router.route(to: "plain.example") else {
            Issue.record("no route")
            return
        }
        #expect(route.hosts.first?.addresses == addresses)
    }

    @Test("What the configuration says comes before the DNS, and a diversion before everything")
    func configured() async throws {
        let router = try await TestWorld.router {
            $0.table = (try? RoutingTable(routes: ["plain.example": "smtp://relay.example:2525"])) ?? RoutingTable()
        }
        #expect(
            await router.route(to: "plain.example")
                == .relay(url: "smtp://relay.example:2525", site: "relay.example:2525"))
        #expect(await router.site(of: "plain.example") == "relay.example:2525")
        #expect(await router.site(of: "signed.example") == "mx.signed.example")

        let tester = try EmailAddress(parsing: "tester@signed.example")
        let diverted = try await TestWorld.router { $0.table = RoutingTable(diversion: .address(tester)) }
        #expect(await diverted.site(of: "nowhere.plain.example") == "mx.signed.example")
    }
}
