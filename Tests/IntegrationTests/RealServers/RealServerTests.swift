import Delivery
import Foundation
import SMTP
import Testing

/// What real servers say in each situation that matters, and what becomes of it; docs/servers.md shows the same.
@Suite("Real servers", .serialized, .timeLimit(.minutes(2)))
struct RealServerTests {
    /// A situation: how it is brought about, and what must come of it.
    struct Case: Sendable {
        var name: String
        var door = MailServer.Door.port
        var sender = "news@sender.example"
        var recipients = ["alice@example.net"]
        var size = 200
        /// How many connections of others the server has at the same time.
        var others = 0
        var expected: Classification
        /// Whether the client found out by itself, so that the words are Postrider's.
        var isOurs = false
        /// Whether the dialogue is held without Postrider's client, which does not send what the server must refuse.
        var isByHand = false
        /// Whether Postrider may use TLS where it is offered.
        var withTLS = false

        init(
            _ name: String, _ door: MailServer.Door = .port, from sender: String = "news@sender.example",
            to recipients: String..., size: Int = 200, others: Int = 0, isOurs: Bool = false, isByHand: Bool = false,
            withTLS: Bool = false,
            give outcome: Outcome?, _ reason: Reason, _ rule: String
        ) {
            self.name = name
            self.door = door
            self.sender = sender
            self.recipients = recipients.isEmpty ? ["alice@example.net"] : recipients
            self.size = size
            self.others = others
            self.isOurs = isOurs
            self.isByHand = isByHand
            self.withTLS = withTLS
            expected = Classification(outcome: outcome, reason: reason, rule: rule)
        }
    }

    static let cases: [MailServer.Kind: [Case]] = [
        .postfix: [
            Case("accepted", give: .sent, .accepted, "2x"),
            Case("unknown user", to: "nobody@example.net", give: .bounced, .noSuchUser, "5m"),
            Case("full mailbox", to: "full@example.net", give: .softBounced, .mailboxFull, "P5"),
            Case("greylisting", to: "grey@example.net", give: .deferred, .greylisted, "4a"),
            Case("greylisting, second attempt", to: "grey@example.net", give: .sent, .accepted, "2x"),
            Case("size limit", .size, size: 30_000, give: .softBounced, .tooBig, "P7"),
            Case("size limit, announced", size: 30_000, isOurs: true, give: .softBounced, .tooBig, "P7"),
            Case("block list", .listed, give: .bounced, .senderBlocked, "5f"),
            Case("relay denied", to: "alice@elsewhere.example", give: .rejected, .relayDenied, "5k"),
            Case("sender refused", from: "news@banned.example", give: .rejected, .senderRejected, "5e"),
            Case("TLS required, not used", .tls, give: .deferred, .tlsPolicy, "T2"),
            Case("TLS required, used", .tls, withTLS: true, give: .sent, .accepted, "2x"),
            Case("421 under load", .busy, others: 1, give: .deferred, .rateLimited, "P3"),
        ],
        .exim: [
            Case("accepted", give: .sent, .accepted, "2x"),
            Case("unknown user", to: "nobody@example.net", give: .bounced, .noSuchUser, "5m"),
            Case("full mailbox", to: "full@example.net", give: .softBounced, .mailboxFull, "P5"),
            Case("greylisting", to: "grey@example.net", give: .deferred, .greylisted, "4a"),
            Case("greylisting, second attempt", to: "grey@example.net", give: .sent, .accepted, "2x"),
            Case("size limit", size: 30_000, isByHand: true, give: .softBounced, .tooBig, "P7"),
            Case("size limit, announced", size: 30_000, isOurs: true, give: .softBounced, .tooBig, "P7"),
            Case("block list", .listed, give: .bounced, .senderBlocked, "P1"),
            Case("relay denied", to: "alice@elsewhere.example", give: .rejected, .relayDenied, "5k"),
            Case("sender refused", from: "news@banned.example", give: .rejected, .senderRejected, "5e"),
            Case("TLS required, not used", .tls, give: .deferred, .tlsPolicy, "T2"),
            Case("TLS required, used", .tls, withTLS: true, give: .sent, .accepted, "2x"),
            Case("421 under load, of one client", others: 2, give: .deferred, .rateLimited, "P3"),
        ],
        .opensmtpd: [
            Case("accepted", give: .sent, .accepted, "2x"),
            Case("unknown user", to: "nobody@example.net", give: .bounced, .noSuchUser, "5m"),
            Case("unknown user of a virtual domain", to: "nobody@virtual.example", give: .bounced, .noSuchUser, "5m"),
            Case("full mailbox", to: "full@example.net", give: .softBounced, .mailboxFull, "P5"),
            Case("greylisting", to: "grey@example.net", give: .deferred, .greylisted, "4a"),
            Case("greylisting, second attempt", to: "grey@example.net", give: .sent, .accepted, "2x"),
            Case("size limit", size: 30_000, isByHand: true, give: .softBounced, .tooBig, "P7"),
            Case("size limit, announced", size: 30_000, isOurs: true, give: .softBounced, .tooBig, "P7"),
            Case("block list", .listed, give: .bounced, .senderBlocked, "P1"),
            Case("relay denied", to: "alice@elsewhere.example", give: .bounced, .noSuchUser, "5m"),
            Case("sender refused", from: "news@banned.example", give: .rejected, .senderRejected, "5e"),
            Case("TLS required, not used", .tls, give: .deferred, .tlsPolicy, "T2"),
            Case(
                "too many messages on one connection", to: "alice@example.net", "alice@example.net",
                give: .deferred, .rateLimited, "P3"),
        ],
    ]

    @Test("what a server says gets its outcome, and stands in docs/servers.md", arguments: MailServer.Kind.allCases)
    func outcomes(kind: MailServer.Kind) async throws {
        let server = try await MailServer(kind)
        var rows: [String] = []
        for situation in Self.cases[kind] ?? [] {
            let others = (0..<situation.others).compactMap { _ in
                LoopbackConnection(port: server.port(situation.door))
            }
            // Only who was greeted is counted.
            for other in others { _ = other.firstLine() }
            let answer =
                if situation.isByHand {
                    try DeliveryProbe.deliverByHand(
                        port: server.port(situation.door), from: situation.sender, to: situation.recipients[0],
                        size: situation.size)
                } else {
                    try await DeliveryProbe.deliver(
                        port: server.port(situation.door), from: situation.sender, to: situation.recipients,
                        size: situation.size, security: situation.withTLS ? .opportunistic : .none)
                }
            withExtendedLifetime(others) {}
            var found = answer.classification
            found.retryAfter = nil
            #expect(found == situation.expected, "\(kind.name), \(situation.name): \(answer)")
            rows.append(Self.row(kind, situation, answer))
        }
        #expect(!rows.isEmpty)
        let documented = try Self.documentedRows(of: kind)
        #expect(documented == rows, "docs/servers.md must say:\n\(rows.joined(separator: "\n"))\n\(server.log)")
        await server.stop()
    }

    /// The situation's line of the table in the document.
    private static func row(_ kind: MailServer.Kind, _ situation: Case, _ answer: DeliveryProbe.Answer) -> String {
        let words = answer.reply.map { normalized($0.description) } ?? "–"
        let found = answer.classification
        let outcome = "\(found.outcome?.name ?? "no change") / \(found.reason)"
        let phase = situation.isOurs ? "Postrider" : answer.phase?.rawValue ?? "–"
        return "| \(kind.name) | \(situation.name) | \(phase) | \(words) | \(outcome) | \(found.rule) |"
    }

    /// The words without what differs from run to run: queue ids, sizes, line ends.
    private static func normalized(_ words: String) -> String {
        var text = words.replacingOccurrences(of: "\n", with: " ").replacingOccurrences(of: "|", with: "\\|")
        for (pattern, replacement) in [
            (#"queued as \w+"#, "queued as …"), (#"id=[\w-]+"#, "id=…"), (#"^250 2.0.0 [0-9a-f]{8} "#, "250 2.0.0 … "),
            (#"\d+ bytes"#, "… bytes"), (#"\d+ byte chunk, total \d+"#, "… byte chunk, total …"),
        ] {
            text = text.replacingOccurrences(of: pattern, with: replacement, options: .regularExpression)
        }
        return text
    }

    private static func documentedRows(of kind: MailServer.Kind) throws -> [String] {
        let file = MailServer.package.appending(path: "docs/servers.md")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
        return lines.filter { $0.hasPrefix("| \(kind.name) |") }
    }
}
