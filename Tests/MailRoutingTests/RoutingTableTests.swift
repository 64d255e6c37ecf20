import Delivery
import Testing

@testable import MailRouting

@Suite("The routes of the configuration")
struct RoutingTableTests {
    private static func table() throws -> RoutingTable {
        try RoutingTable(routes: [
            "example.org": "smtp://one.example:2525", "*.example.org": "smtps://ann@two.example",
            "*.deep.example.org": "smtp://three.example", "direct.example.org": "direct", "*": "smtp://[::1]:25",
        ])
    }

    @Test(
        "The domain itself comes first, then the nearest pattern above it, then the star",
        arguments: [
            ("example.org", "one.example:2525"), ("Example.ORG", "one.example:2525"), ("a.example.org", "two.example"),
            ("a.b.example.org", "two.example"), ("x.deep.example.org", "three.example"),
            ("deep.example.org", "two.example"), ("notexample.org", "[::1]"), ("[192.0.2.1]", "[::1]"),
        ])
    func nearestRoute(domain: String, site: String) throws {
        guard case .relay(let url) = try Self.table().target(of: domain) else {
            Issue.record("no relay for \(domain)")
            return
        }
        #expect(RelaySite.name(ofURL: url) == site)
    }

    @Test("A domain can be sent directly although all others are not")
    func direct() throws {
        #expect(try Self.table().target(of: "direct.example.org") == .direct)
        #expect(RoutingTable().target(of: "example.org") == .direct)
    }

    @Test("A diversion to a server beats every route, one to an address changes the recipient")
    func diversion() throws {
        var table = try Self.table()
        table.diversion = .server(url: "smtp://127.0.0.1:2525")
        #expect(table.target(of: "direct.example.org") == .relay(url: "smtp://127.0.0.1:2525"))
        let ann = try EmailAddress(parsing: "ann@example.org")
        let tester = try EmailAddress(parsing: "tester@example.com")
        #expect(table.recipient(for: ann) == ann)
        table.diversion = .address(tester)
        #expect(table.recipient(for: ann) == tester)
    }

    @Test(
        "What is no route is refused",
        arguments: [
            ("exa mple.org", "direct"), ("", "direct"), ("*.", "direct"), ("a..b", "direct"),
            ("*example.org", "direct"),
            ("example.org", "relay.example"), ("example.org", "smtp://"), ("example.org", ""),
        ])
    func refused(pattern: String, target: String) {
        #expect(throws: RoutingTableError.self) { try RoutingTable(routes: [pattern: target]) }
    }
}
