internal import ArgumentParser
internal import Contacts
internal import Dashboard

/// `postrider inbound events`.
struct InboundEvents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Show what came back, and what of it found nobody.",
        discussion: """
            Bounce messages, complaints and the like whose contact could not be found for certain are kept for 30 days.

            Example:
              postrider inbound events
              postrider inbound events --limit 20
            """)

    @Option(help: "How many of those that found nobody are shown, the newest first.")
    var limit = 100
    @OptionGroup var format: FormatOptions
    @OptionGroup var client: ClientOptions

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit must be from 1 to 10000") }
    }

    func run() async throws {
        try await client.withClient { client in
            let query = APIRoute.query([(name: "limit", value: "\(limit)")])
            let page: APIInboundPage = try await client.get(APIRoute.inbound + query)
            try format.print(page) { text(page) }
        }
    }

    private func text(_ page: APIInboundPage) -> String {
        guard !page.counts.isEmpty else { return "Nothing has come back yet." }
        var counts = Table("source", "booked#", "repeated#", "found nobody#", "ignored#")
        for (source, summary) in page.counts.sorted(by: { $0.key < $1.key }) {
            counts.add(
                source, NumberText.grouped(summary.booked), NumberText.grouped(summary.repeated),
                NumberText.grouped(summary.unmatched), NumberText.grouped(summary.ignored))
        }
        guard !page.unmatched.isEmpty else { return counts.lines.joined(separator: "\n") }
        var table = Table("time", "source", "recipient", "would be", "reason", "nobody because")
        for event in page.unmatched {
            table.add(
                TimeText.short(event.time), event.source, event.recipient ?? event.delivery ?? event.messageID ?? "–",
                event.outcome ?? "–", event.reason + (event.isSuppressed ? " (suppressed)" : ""),
                event.cause.replacing("_", with: " "))
        }
        return (counts.lines + [""] + table.lines).joined(separator: "\n")
    }
}
