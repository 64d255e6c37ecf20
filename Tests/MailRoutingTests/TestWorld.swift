import Foundation
import Logging
import TestSupport

@testable import MailRouting

/// The DNS that the tests with a real name server ask, started once.
enum TestWorld {
    /// The records of a host with a certificate's key in the DNS.
    static let key = String(repeating: "ab", count: 32)

    static let zones: [NameServer.Zone] = [
        NameServer.Zone(
            "plain.example", .unsigned,
            [
                "@ MX 10 mx1", "@ MX 20 mx2", "mx1 A 192.0.2.1", "mx1 AAAA 2001:db8::1", "mx2 A 192.0.2.2",
                "alias CNAME @", "same MX 5 mx1.plain.example.", "same MX 50 mx2.plain.example.",
                "implicit A 192.0.2.9", "implicit AAAA 2001:db8::9", "implicitalias CNAME implicit",
                "empty TXT \"no mail here\"", "null MX 0 .", "lost CNAME nowhere", "literal MX 10 192.0.2.7.",
                "noaddress MX 10 nowhere", "partly MX 10 nowhere", "partly MX 20 mx1",
                "many TXT \"v=spf1 \" \"-all\"", "sick MX 10 mx.broken.example.", "half MX 10 mx.broken.example.",
                "half MX 20 mx1", "inside MX 10 localmx", "localmx A 127.0.0.1", "localmx AAAA ::1",
                "insidetoo MX 10 localmx", "insidetoo MX 20 mx1", "dane MX 10 mx.signed.example.",
            ] + (1...20).map { "many MX \($0 / 10) host\($0)" } + (1...20).map { "host\($0) A 192.0.2.\($0 + 100)" }),
        NameServer.Zone(
            "signed.example", .signed,
            [
                "@ MX 10 mx", "mx A 192.0.2.10", "_25._tcp.mx TLSA 3 1 1 \(key)",
                "unusable MX 10 unusablemx", "unusablemx A 192.0.2.11", "_25._tcp.unusablemx TLSA 1 1 1 \(key)",
                "nodane MX 10 nodanemx", "nodanemx A 192.0.2.12",
                "failing MX 10 failingmx", "failingmx A 192.0.2.13",
                "forged MX 10 forgedmx", "forgedmx A 192.0.2.14",
                "backup MX 10 failingmx", "backup MX 20 mx",
                "elsewhere MX 10 mx1.plain.example.", "aliasmx CNAME mx", "alias MX 10 aliasmx",
                "implicit A 192.0.2.15", "_25._tcp.implicit TLSA 2 0 1 \(key)", "null MX 0 .",
            ]),
        NameServer.Zone("_tcp.failingmx.signed.example", .broken),
        NameServer.Zone("_tcp.forgedmx.signed.example", .expired, ["_25 TLSA 3 1 1 \(key)"]),
        NameServer.Zone("bogus.example", .expired, ["@ MX 10 mx.signed.example.", "mx A 192.0.2.20"]),
        NameServer.Zone("null-mx.bogus.example", .expired, ["@ MX 10 mx.signed.example."]),
        NameServer.Zone("broken.example", .broken),
        NameServer.Zone("crowd.example", .unsigned, ["* MX 10 mx.crowd.example.", "mx A 192.0.2.60"]),
        NameServer.Zone(
            "sts.example", .unsigned,
            PolicyServer.names.flatMap { name in
                [
                    "\(name) MX 10 mx.\(name)", "mx.\(name) A 192.0.2.50", "mta-sts.\(name) A 127.0.0.1",
                    "_mta-sts.\(name) TXT \"v=STSv1; id=20261126;\"",
                ]
            }),
    ]

    private static let server = Task { try await NameServer.start(zones) }

    /// The resolver's configuration for this world.
    static func resolver() async throws -> DNSResolverConfiguration {
        let server = try await server.value
        return DNSResolverConfiguration(
            servers: .forwarders([server.address]), trustAnchorFile: server.trustAnchorFile, timeout: .seconds(20))
    }

    /// A router in this world, without MTA-STS unless `change` says otherwise.
    static func router(_ change: (inout RoutingConfiguration) -> Void = { _ in }) async throws -> MailRouter {
        var configuration = RoutingConfiguration(resolver: try await resolver(), mtaSTS: nil)
        change(&configuration)
        return try MailRouter(configuration: configuration, logger: Logger(label: "test"))
    }
}
