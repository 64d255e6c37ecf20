import Delivery
import Foundation
import Testing

@testable import ProviderEvents

@Suite("What the documentation says of providers")
struct DocumentationTests {
    /// The repository's documentation, from where this file is.
    private static let text = Result {
        try String(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("../../docs/webhooks.md"), encoding: .utf8)
    }

    @Test("the table of terms in docs/webhooks.md is the table that decides, line by line")
    func table() throws {
        let lines = try Self.text.get().split(separator: "\n").drop { !$0.hasPrefix("| provider | its term") }
        let rows = ProviderVerdict.table.map { row in
            let outcome = row.verdict.outcome?.name ?? "no change"
            return "| \(row.provider.name) | `\(row.term)` | \(outcome) / \(row.verdict.reason) "
                + "| \(row.verdict.isDecisive ? "first" : "") |"
        }
        #expect(lines.dropFirst(2).prefix { $0.hasPrefix("|") }.map(String.init) == rows)
    }

    @Test("the ages of signatures are those that are told")
    func ages() throws {
        let text = try Self.text.get()
        for (name, age) in [("Amazon SES", WebhookAge.sns), ("SendGrid", .sendgrid), ("Mailgun", .mailgun)] {
            let row = try #require(
                text.split(separator: "\n").first { $0.hasPrefix("| \(name) |") && $0.hasSuffix("hours |") })
            #expect(row.hasSuffix("| \(age.most.components.seconds / 3600) hours |"), "\(name)")
        }
    }
}
